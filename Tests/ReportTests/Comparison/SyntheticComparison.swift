import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASReport
import SegNASSearch

/// Comparisons whose figures can be worked out by hand.
enum SyntheticComparison {
    static let labels = LabelTable(foreground: [
        .init(name: "anterior", value: 1), .init(name: "posterior | 2", value: 2),
    ])

    /// A name that must not appear anywhere.
    static let secretCase = "Mustermann"

    /// Cases of lines of 100 voxels for each label, predicted a number of voxels aside: their Dice is 1 − shift / 100.
    ///
    /// Shifts are those of the labels in their order, by the names of cases; nil for a label that is in neither map.
    static func evaluation(
        _ shifts: KeyValuePairs<String, [Int?]>, labels: LabelTable = labels
    ) throws -> Evaluation {
        var options = EvaluationOptions()
        options.resamples = 20
        let cases = try shifts.map { name, shifts in
            try CaseEvaluation(
                "\(secretCase)_\(name)", reference: lines(shifts.map { $0.map { _ in 0 } }, labels),
                prediction: lines(shifts, labels), labels: labels, options: options)
        }
        return Evaluation(cases, labels: labels, options: options)
    }

    private static func lines(_ shifts: [Int?], _ labels: LabelTable) -> LabelMap {
        let geometry = Geometry(size: [200, shifts.count, 1], affine: Affine(spacing: [1, 1, 1]))
        var values = [Int32](repeating: 0, count: geometry.voxelCount)
        for (row, shift) in shifts.enumerated() {
            guard let shift else { continue }
            for x in shift..<shift + 100 {
                values[x + 200 * row] = Int32(labels.foreground[row].value)
            }
        }
        return LabelMap(values: values, geometry: geometry)
    }

    /// A point of SegNAS11, of which the operations 3, 1 and 5 lead to the fourth node.
    static func candidate(n: Double = 21, nodes: Double = 3) -> Candidate {
        SearchSpace.segnas11.decode(
            [n, 3, 0, 1, nodes, 2, 0, 3, 2, 1, 5].map { $0 + 0.5 })
    }

    static func search(
        _ test: Evaluation?, candidate: Candidate = candidate(), parameters: Int = 9_700_000,
        seconds: Double = 570_240, report: String? = "split-0/segnas11/report.html"
    ) -> Comparison.Outcome {
        .evaluated(
            Comparison.Result(
                candidate.architecture, optimum: candidate, parameters: parameters,
                seconds: seconds, validationDice: 0.83, test: test,
                trials: .init(
                    completed: 120, cached: 20, illegal: 130, outOfMemory: 27, failed: 3),
                report: report))
    }

    static func baseline(
        _ test: Evaluation?, _ architecture: Architecture = .vnet, parameters: Int = 71_100_000,
        seconds: Double = 345.6
    ) -> Comparison.Outcome {
        .evaluated(
            Comparison.Result(
                architecture, parameters: parameters, seconds: seconds, test: test))
    }

    /// Three splits: a search, one of which a split is outstanding, a network that never fits, and one that once
    /// failed.
    ///
    /// Split k has the cases 3k to 3k + 7, so that most are in several.
    static func table3() throws -> Comparison {
        let memory = Comparison.Outcome.outOfMemory(
            needed: ByteCount(21 << 30), limit: ByteCount(16 << 30))
        let searches = try (0..<3).map { split in
            search(
                try splitTest(split, shift: [18, 20, 19][split]),
                candidate: candidate(n: [26, 24, 30][split], nodes: [3, 3, 4][split]),
                parameters: [9_700_000, 5_600_000, 13_800_000][split],
                report: "split-\(split)/seg nas#11/report.html")
        }
        let shorter = try (0..<2).map { split in
            search(try splitTest(split, shift: 22 + split), parameters: 3_200_000, seconds: 311_040)
        }
        let trained = try [0, 2].map { baseline(try splitTest($0, shift: 50 + 7 * $0)) }
        return Comparison(
            dataset: "hippo_campus & co", labels: labels,
            methods: [
                .init("SegNAS11", outcomes: searches), .init("SegNAS4", outcomes: shorter + [nil]),
                .init("3D U-Net", outcomes: [memory, memory, memory]),
                .init(
                    "V-Net",
                    outcomes: [
                        trained[0], .failed("the loss was not a finite number in epoch 3"),
                        trained[1],
                    ]),
            ],
            conditions: [("Training", "100 epochs, batch 3"), ("Memory", "16 GiB & no more")],
            isOnGPU: true, date: "2026-11-23")
    }

    /// Eight cases, no two of which a method segments equally well.
    private static func splitTest(_ split: Int, shift: Int) throws -> Evaluation {
        var options = EvaluationOptions()
        options.resamples = 20
        let cases = try (3 * split..<3 * split + 8).map { number in
            let shifts = [shift + number * shift % 7, shift + 2]
            return try CaseEvaluation(
                "\(secretCase)_\(number)", reference: lines([0, 0], labels),
                prediction: lines(shifts, labels), labels: labels, options: options)
        }
        return Evaluation(cases, labels: labels, options: options)
    }
}
