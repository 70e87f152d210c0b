internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// The findings of `check` as text or JSON.
struct CheckReport {
    private let check: DatasetCheck
    private let source: String
    private let allowed: Set<AllowableFault>
    private let plan: DatasetPlan?

    init(
        _ check: DatasetCheck, source: String, allowed: Set<AllowableFault>, plan: DatasetPlan?
    ) {
        self.check = check
        self.source = source
        self.allowed = allowed
        self.plan = plan
    }

    func json() throws -> String {
        try JSONDocument.text(of: CheckDocument(check), .indented)
    }

    func text() -> String {
        let faults = check.faults.filter { $0.severity == .fault }
        let warnings = check.faults.filter { $0.severity == .warning }
        var blocks = summary.isEmpty ? [] : [summary]
        if let fingerprint = check.fingerprint {
            blocks += [Self.grids(fingerprint), Self.channels(fingerprint)]
            blocks += [Self.labels(fingerprint), Self.regions(fingerprint)].filter { !$0.isEmpty }
        }
        if !warnings.isEmpty { blocks.append(list("Warnings", warnings)) }
        if !faults.isEmpty { blocks.append(list("Faults", faults)) }
        blocks.append([verdict(faults.count, warnings.count)])
        if let plan { blocks.append(next(plan)) }
        return Flags.spelled(
            in: blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n"))
    }

    private func list(_ title: String, _ faults: [DatasetFault]) -> [String] {
        ["\(title):"]
            + DatasetFault.summary(faults).map { line in
                "  "
                    + (faults.count == 1 && check.dataset == nil && faults[0].file == nil
                        ? "\(source): \(line)" : line)
            }
    }

    private func verdict(_ faults: Int, _ warnings: Int) -> String {
        let noted = warnings == 0 ? "" : ", \(counted(warnings, "warning"))"
        guard faults > 0 else { return "No faults\(noted)." }
        let verdict = "\(counted(faults, "fault"))\(noted): not fit for training."
        return verdict + (check.faults.allowance.map { " \($0)" } ?? "")
    }

    /// True if the cases can be divided as train divides them.
    private var isDivisible: Bool {
        guard let dataset = check.dataset else { return true }
        return dataset.listedSplit != nil || (try? dataset.split()) != nil
    }

    /// What train would do, and the command for it.
    private func next(_ plan: DatasetPlan) -> [String] {
        let allowances = AllowableFault.allCases.filter(allowed.contains)
        let dataset = shellQuoted(source) + allowances.map { " --allow \($0.rawValue)" }.joined()
        let next = "Next: segnas3d train \(dataset) --output run"
        return [
            "Plan: \(plan.fullResolution); segnas3d plan \(dataset) says why.",
            isDivisible
                ? next : next + " --split all, as there are too few cases to validate and to test",
        ]
    }

    /// The dataset, its layout, and the evidence for it.
    private var summary: [String] {
        let why = check.recognition.map(\.description)
        guard let dataset = check.dataset else {
            return check.recognition.map { ["\($0.layout.rawValue), \($0)"] } ?? []
        }
        let lines = Self.lines(dataset)
        return [lines[0]] + [why].compactMap { $0 } + lines.dropFirst()
    }

    private static func lines(_ dataset: Dataset) -> [String] {
        let ignored = dataset.labels.ignore.map { ", label \($0) ignored" } ?? ""
        let regions = dataset.labels.regions.map { ", \(counted($0.count, "region"))" } ?? ""
        let test = dataset.test.isEmpty ? "" : ", \(dataset.test.count) without"
        return [
            "\(dataset.name): \(dataset.layout.rawValue)",
            "\(counted(dataset.training.count, "case")) with labels\(test); "
                + "\(counted(dataset.channels.count, "channel")), "
                + "\(counted(dataset.labels.foreground.count, "label"))\(regions)\(ignored)",
        ]
    }

    private static func grids(_ fingerprint: Fingerprint) -> [String] {
        func row(_ title: String, _ range: Fingerprint.Range, _ unit: String) -> [String] {
            [title]
                + [range.minimum, range.median, range.maximum].map { values in
                    (0..<3).map { significant(values[$0]) }.joined(separator: "×") + " \(unit)"
                }
        }
        let orientations = fingerprint.orientations.sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        return TextTable(
            columns: [.left("grid"), .left("minimum"), .left("median"), .left("maximum")],
            rows: [
                row("size", fingerprint.size, "voxels"), row("spacing", fingerprint.spacing, "mm"),
            ]
        ).lines + [
            "along right, anterior and superior; stored as "
                + orientations.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        ]
    }

    private static func channels(_ fingerprint: Fingerprint) -> [String] {
        TextTable(
            columns: [.left("channel"), .right("mean"), .right("std")]
                + ["min", "0.5 %", "median", "99.5 %", "max"].map { .right($0) },
            rows: fingerprint.channels.map { channel in
                [channel.name]
                    + [
                        channel.mean, channel.std, channel.minimum, channel.percentile005,
                        channel.median, channel.percentile995, channel.maximum,
                    ].map(significant)
            }
        ).lines + ["of labelled voxels"]
    }

    private static func labels(_ fingerprint: Fingerprint) -> [String] {
        TextTable(
            columns: [
                .left("label"), .right("value"), .right("voxels"), .right("share"), .right("cases"),
            ],
            rows: fingerprint.labels.map { label in
                [label.name, "\(label.value)"] + amounts(label, fingerprint)
            }
        ).lines
    }

    /// The regions, in the order in which they are painted.
    private static func regions(_ fingerprint: Fingerprint) -> [String] {
        guard let regions = fingerprint.regions else { return [] }
        return TextTable(
            columns: [
                .left("region"), .left("values"), .right("painted as"), .right("voxels"),
                .right("share"), .right("cases"),
            ],
            rows: regions.map { region in
                let values = (region.values ?? []).map(String.init).joined(separator: ", ")
                return [region.name, values, "\(region.value)"] + amounts(region, fingerprint)
            }
        ).lines
    }

    private static func amounts(
        _ label: Fingerprint.Label, _ fingerprint: Fingerprint
    ) -> [String] {
        [
            grouped(label.voxels), significant(label.share * 100) + " %",
            label.cases == fingerprint.cases ? "all" : "\(label.cases)",
        ]
    }
}
