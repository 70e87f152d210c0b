internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

/// What `plan` tells, for a reader of text or of JSON.
struct PlanReport {
    private let planned: PlannedTraining
    /// A measured training step.
    private let stepSeconds: Double

    private var plan: DatasetPlan { planned.plan }
    private var limit: ByteCount { planned.limit }

    init(_ planned: PlannedTraining, stepSeconds: Double) {
        self.planned = planned
        self.stepSeconds = stepSeconds
    }

    /// What `plan --json` prints.
    private struct Document: Encodable {
        let schema = 1
        let dataset: String
        let memoryLimit: ByteCount
        let stepSeconds: Double
        let plan: DatasetPlan
    }

    func json() throws -> String {
        try JSONDocument.text(
            of: Document(
                dataset: planned.dataset.name, memoryLimit: limit, stepSeconds: stepSeconds,
                plan: plan), .indented)
    }

    func text() -> String {
        let full = plan.fullResolution
        var blocks = [
            ["\(planned.dataset.name): a plan for \(counted(plan.cases, "case"))"],
            choices(of: full, others: [time, normalization, crop]), levels(of: full),
        ]
        if plan.isPatchSmall { blocks.append(advice) }
        if let low = plan.lowResolution {
            blocks += [choices(of: low, others: []), levels(of: low)]
        }
        blocks.append(["x, y and z run right, anterior and superior"])
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    // MARK: - Choices

    /// What is chosen, its value, and below it the reason.
    private struct Choice {
        var name: String
        var value: String
        var reason: String
    }

    private func choices(of plan: ResolutionPlan, others: [Choice]) -> [String] {
        let own = [
            Choice(
                name: "spacing", value: "\(product(plan.spacing)) mm", reason: plan.reasons.spacing),
            Choice(
                name: "patch", value: "\(product(plan.patch)) voxels, \(cover(of: plan))",
                reason: plan.reasons.patch),
            Choice(
                name: "poolings",
                value: "\(plan.levels.poolings): \(byAxis(plan.levels.halvings))",
                reason: plan.reasons.levels),
            Choice(name: "network", value: "\(plan.network)", reason: plan.reasons.network),
            Choice(
                name: "batch",
                value: "\(plan.batchSize), a step needs \(plan.stepBytes) of \(limit)",
                reason: plan.reasons.batchSize),
            Choice(
                name: "disk", value: "\(plan.preparedBytes)", reason: plan.reasons.preparedBytes),
        ]
        let all = own + others
        let width = all.map(\.name.count).max() ?? 0
        return all.flatMap { choice in
            let indent = String(repeating: " ", count: width - choice.name.count + 2)
            return [
                choice.name + indent + choice.value,
                String(repeating: " ", count: width + 2) + choice.reason,
            ]
        }
    }

    private func cover(of resolution: ResolutionPlan) -> String {
        if resolution.holdsWholeImage { return "which hold each image as a whole" }
        let part =
            "\(percent(resolution.share)) of the median image of \(product(resolution.medianSize))"
        guard resolution.wholeCases > 0 else { return part }
        return part + "; they hold \(resolution.wholeCases) of \(plan.cases) images as a whole"
    }

    /// Of all cases: a split trains on some of them.
    private var time: Choice {
        let full = plan.fullResolution
        let epoch = stepSeconds * Double(full.stepsPerEpoch)
        return Choice(
            name: "time",
            value: "\(significant(stepSeconds)) s a step, \(duration(epoch)) an epoch",
            reason:
                "measured here; an epoch of \(counted(full.stepsPerEpoch, "step")) sees all voxels about once"
        )
    }

    private var normalization: Choice {
        Choice(
            name: "intensities",
            value: plan.channels.map { "\($0.name) \($0.normalization.rawValue)" }
                .joined(separator: ", "),
            reason: plan.normalizationReason)
    }

    private var crop: Choice {
        Choice(
            name: "crop", value: "\(percent(plan.keptShare)) of an image is left",
            reason: "without the empty space around it, voxels that are 0 in all channels")
    }

    private var advice: [String] {
        let small = "A patch covers \(percent(plan.fullResolution.share)) of the median image: "
        guard plan.lowResolution != nil else {
            return [
                small
                    + "a larger --patch would see more of what lies around it, in more time and memory."
            ]
        }
        return [
            small
                + "train --cascade begins with a network on images of a lower resolution, "
                + "which sees what lies around it:"
        ]
    }

    // MARK: - Levels

    private func levels(of plan: ResolutionPlan) -> [String] {
        TextTable(
            columns: [.right("level"), .left("voxels"), .left("kernels"), .left("halved along")],
            rows: plan.levels.kernels.enumerated().map { level, kernel in
                let strides = plan.levels.strides
                let axes = strides.indices.contains(level) ? axes(of: strides[level]) : ""
                let size = plan.levels.size(atLevel: level, of: plan.patch)
                return ["\(level)", product(size), product(kernel), axes]
            }
        ).lines
    }

    private static let axes = ["x", "y", "z"]

    private func axes(of stride: SIMD3<Int>) -> String {
        (0..<3).filter { stride[$0] == 2 }.map { Self.axes[$0] }.joined(separator: ", ")
    }

    private func byAxis(_ counts: SIMD3<Int>) -> String {
        (0..<3).map { "\(counts[$0]) along \(Self.axes[$0])" }.joined(separator: ", ")
    }

    // MARK: - Numbers

    private func product(_ values: SIMD3<Int>) -> String { product(SIMD3<Double>(values)) }

    private func product(_ values: SIMD3<Double>) -> String {
        (0..<3).map { significant(values[$0]) }.joined(separator: "×")
    }

    private func percent(_ share: Double) -> String {
        let percent = share * 100
        return percent < 1
            ? "\(significant((percent * 100).rounded() / 100)) %" : "\(Int(percent.rounded())) %"
    }
}
