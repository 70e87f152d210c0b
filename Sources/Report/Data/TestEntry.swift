internal import SegNASDatasets
internal import SegNASImaging

/// The evaluation of the best model on the test cases, the hardest cases first.
struct TestEntry: Encodable {
    /// The mean over the labels of a case.
    let dice: Statistics?
    let hausdorff95: Statistics?
    let averageSurfaceDistance: Statistics?
    let labels: [Label]
    let cases: [Case]

    struct Statistics: Encodable {
        let mean: Double
        let std: Double?
        /// The ends of the 95 % interval of the mean.
        let low: Double?
        let high: Double?
        /// The number of cases in which it is defined.
        let cases: Int
    }

    struct Label: Encodable {
        let name: String
        let value: Int
        let dice: Statistics?
        let hausdorff95: Statistics?
        let averageSurfaceDistance: Statistics?
        /// The mean volumes in mm³ over the cases with a known size of voxels; nil if there are none.
        let referenceVolume: Double?
        let predictedVolume: Double?
        /// The number of cases whose prediction misses it, and below of those whose prediction alone has it.
        let missed: Int
        let invented: Int
    }

    /// A test case by its number: names may identify the person who was scanned.
    struct Case: Encodable {
        let number: Int
        /// Its name, if the user wishes that.
        let name: String?
        let dice: Double?
        let hausdorff95: Double?
        let averageSurfaceDistance: Double?
        /// The Dice of labels in the order of ``TestEntry/labels``.
        let dicePerLabel: [Double?]
    }

    init(_ evaluation: Evaluation, namesCases: Bool = false) {
        dice = Statistics(evaluation.foreground[.dice])
        hausdorff95 = Statistics(evaluation.foreground[.hausdorff95])
        averageSurfaceDistance = Statistics(evaluation.foreground[.averageSurfaceDistance])
        let voxels = evaluation.cases.map(\.voxelVolume)
        let labels = evaluation.labelStatistics.map { statistics in
            Label(statistics, evaluation.cases, voxels)
        }
        self.labels = labels
        let order = labels.map(\.value)
        cases = evaluation.cases.enumerated().map { index, evaluated in
            Case(
                number: index + 1, evaluated, name: namesCases ? evaluated.identifier : nil,
                labels: order)
        }.hardestFirst(\.dice)
    }
}

extension TestEntry {
    /// True if its cases have names.
    var namesCases: Bool { cases.contains { $0.name != nil } }
}

extension TestEntry.Statistics {
    init?(_ statistics: SampleStatistics?) {
        guard let statistics else { return nil }
        self.init(
            mean: statistics.mean, std: statistics.std, low: statistics.interval?.low,
            high: statistics.interval?.high, cases: statistics.count)
    }
}

extension TestEntry.Label {
    fileprivate init(
        _ statistics: Evaluation.LabelStatistics, _ cases: [CaseEvaluation], _ voxels: [Double?]
    ) {
        let metrics = statistics.metrics
        let volumes = zip(cases, voxels).compactMap { evaluated, voxel -> (Double, Double)? in
            guard let voxel, let overlap = evaluated.scores[statistics.label.value]?.overlap else {
                return nil
            }
            return (Double(overlap.reference) * voxel, Double(overlap.prediction) * voxel)
        }
        self.init(
            name: statistics.label.name, value: statistics.label.value,
            dice: .init(metrics[.dice]), hausdorff95: .init(metrics[.hausdorff95]),
            averageSurfaceDistance: .init(metrics[.averageSurfaceDistance]),
            referenceVolume: mean(volumes.map(\.0)),
            predictedVolume: mean(volumes.map(\.1)),
            missed: statistics.presence[.referenceOnly, default: 0],
            invented: statistics.presence[.predictionOnly, default: 0])
    }
}

extension TestEntry.Case {
    fileprivate init(
        number: Int, _ evaluated: CaseEvaluation, name: String?, labels: [Int]
    ) {
        self.init(
            number: number, name: name, dice: evaluated.foregroundMean(.dice),
            hausdorff95: evaluated.foregroundMean(.hausdorff95),
            averageSurfaceDistance: evaluated.foregroundMean(.averageSurfaceDistance),
            dicePerLabel: labels.map { evaluated.scores[$0]?.values[.dice] })
    }
}

extension CaseEvaluation {
    /// The volume of a voxel in mm³, computed from the label whose volumes differ most; nil if no volumes differ.
    fileprivate var voxelVolume: Double? {
        let differences = scores.sorted { $0.key < $1.key }.compactMap { _, score in
            score.values[.volumeDifference].map {
                (voxels: score.overlap.prediction - score.overlap.reference, volume: $0)
            }
        }
        let largest = differences.max { $0.voxels.magnitude < $1.voxels.magnitude }
        guard let largest, largest.voxels != 0 else { return nil }
        return largest.volume / Double(largest.voxels)
    }
}

private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

extension Array {
    /// The elements by rising Dice; those without one, in their order, last.
    func hardestFirst(_ dice: (Element) -> Double?) -> [Element] {
        let keys = map { dice($0) ?? .infinity }
        return indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { self[$0] }
    }
}
