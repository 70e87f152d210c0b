internal import SegNASDatasets
internal import SegNASSearch
internal import SegNASStudy

/// All numbers of a report, as JSON in its element `data`; charts and tables are drawn from it.
package struct ReportData: Encodable {
    let schema = 1
    /// The version of segnas3d that made it.
    let program: String
    let isComplete: Bool
    /// The number of trials that have ended, and below of all; nil if completed trials are counted instead.
    let iterations: Int
    let budget: Int?
    /// The number of trials in each state.
    let states: [String: Int]
    /// The names of the states on the page.
    let words: [String: String]
    let labels: [LabelTable.Label]
    /// The number of the best trial; nil before the first is completed.
    let best: Int?
    var trials: [TrialEntry]
    /// Drawings of illegal blocks as SVG, by the keys that trials name.
    let drawings: [String: String]
    var curves: [String: LearningCurve]
    /// The numbers of trials each of which had a higher Dice than all with lower numbers.
    let records: [Int]
    /// The same in the order in which trials ended.
    let recordsInTime: [Int]
    let fronts: Fronts
    let factors: [Factor]
    let test: TestEntry?
    /// The test cases that are shown in images.
    var anatomy: AnatomyPayload?

    /// The completed trials that no other one beats: none has a lower cost and as high a Dice.
    struct Fronts: Encodable {
        let parameters: [Int]
        let seconds: [Int]
    }

    init(
        _ record: StudySnapshot, labels table: LabelTable?, test: TestEntry?,
        anatomy: AnatomyPayload?, program: String
    ) {
        self.program = program
        isComplete = record.isComplete
        iterations = record.trials.count {
            $0.trial.tellSerial != nil || $0.trial.state == .stopped
        }
        budget = if case .iterations(let count) = record.plan.budget { count } else { nil }
        states = Dictionary(
            uniqueKeysWithValues: record.plan.states.map { state in
                (state.rawValue, record.trials.count { $0.trial.state == state })
            })
        words = Dictionary(
            uniqueKeysWithValues: record.plan.states.map { ($0.rawValue, $0.words) })
        let labels = table?.structures ?? record.labels
        self.labels = labels
        best = record.best?.number
        trials = TrialEntry.all(of: record, labels: labels.map(\.value))
        drawings = IllegalBlocks(record).drawings
        curves = LearningCurve.all(of: record)
        let trained = trials.filter { $0.state == .completed }
        records = Self.records(trained)
        recordsInTime = Self.records(
            trained.sorted { ($0.elapsed ?? 0, $0.number) < ($1.elapsed ?? 0, $1.number) })
        fronts = Fronts(
            parameters: Self.front(trained) { $0.parameters.map(Double.init) },
            seconds: Self.front(trained) { $0.seconds })
        factors = Factor.all(of: record)
        self.test = test
        self.anatomy = anatomy
    }

    private static func records(_ trials: [TrialEntry]) -> [Int] {
        var highest = -Double.infinity
        var records: [Int] = []
        for trial in trials {
            guard let dice = trial.dice, dice > highest else { continue }
            highest = dice
            records.append(trial.number)
        }
        return records
    }

    private static func front(_ trials: [TrialEntry], _ cost: (TrialEntry) -> Double?) -> [Int] {
        let known = trials.compactMap { trial -> (number: Int, cost: Double, gain: Double)? in
            guard let cost = cost(trial), let dice = trial.dice else { return nil }
            return (trial.number, cost, dice)
        }
        return paretoFront(known.map { ($0.cost, $0.gain) }).map { known[$0].number }
    }
}

extension StudySnapshot {
    /// The labels by their values alone, if the study's dataset is not known.
    fileprivate var labels: [LabelTable.Label] {
        let values = Set(trials.flatMap(\.dicePerLabel.keys)).compactMap { Int($0) }
        return values.sorted().map { LabelTable.Label(name: "label \($0)", value: $0) }
    }
}

/// The Pareto front: the points of which no other one has a lower cost and as high a gain, or the reverse.
///
/// - Parameter points: Costs and gains.
/// - Returns: The indices by rising cost; of equal points the first.
func paretoFront(_ points: [(cost: Double, gain: Double)]) -> [Int] {
    let order = points.indices.sorted { first, second in
        let (a, b) = (points[first], points[second])
        if a.cost != b.cost { return a.cost < b.cost }
        return a.gain == b.gain ? first < second : a.gain > b.gain
    }
    var front: [Int] = []
    var highest = -Double.infinity
    for index in order where points[index].gain > highest {
        front.append(index)
        highest = points[index].gain
    }
    return front
}
