internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch

/// All of a comparison, as its JSON document and as the element `data` of its page; cases are numbers in it.
struct ComparisonData: Encodable {
    let schema = 1
    /// The version of segnas3d that made it.
    let program: String
    let dataset: String
    let date: String?
    /// The number of outcomes that are known, and below of all.
    let known: Int
    let outcomes: Int
    /// The device whose days are counted.
    let device: String
    /// The numbers of the splits.
    let splits: [Int]
    let labels: [LabelTable.Label]
    let conditions: [Condition]
    let methods: [Method]
    let pairs: [Pair]

    struct Condition: Encodable {
        let name: String
        let words: String
    }

    struct Method: Encodable {
        let name: String
        /// The spreads over splits.
        let dice: Spread?
        let parameters: Spread?
        let seconds: Spread?
        /// The Dice of labels in the order of the comparison.
        let dicePerLabel: [Spread?]
        let splits: [SplitEntry]
    }

    /// A paired test; the methods are indices.
    struct Pair: Encodable {
        let first: Int
        let second: Int
        let cases: Int
        /// The mean of the first minus that of the second.
        let meanDifference: Double
        let test: SignedRankTest?
        let correctedP: Double?
    }

    init(_ comparison: Comparison, program: String) {
        self.program = program
        dataset = comparison.dataset
        date = comparison.date
        (known, outcomes) = comparison.progress
        device = comparison.device
        splits = (0..<comparison.splits).map { comparison.firstSplit + $0 }
        let labels = comparison.labels.structures
        self.labels = labels
        conditions = comparison.conditions.map { Condition(name: $0.name, words: $0.words) }
        methods = comparison.summaries.map { method in
            Method(
                name: method.name, dice: method.dice, parameters: method.parameters,
                seconds: method.seconds,
                dicePerLabel: labels.map { method.dice(ofLabel: $0.value) },
                splits: method.outcomes.enumerated().map { split, outcome in
                    SplitEntry(outcome, split: comparison.firstSplit + split)
                })
        }
        pairs = PairedComparison.all(of: comparison).map { pair in
            Pair(
                first: pair.first.index, second: pair.second.index, cases: pair.differences.count,
                meanDifference: pair.difference, test: pair.test, correctedP: pair.corrected)
        }
    }

    /// The JSON document for scripts.
    func document() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }
}

/// The outcome of a method on a split, for scripts.
struct SplitEntry: Encodable {
    let split: Int
    let outcome: Kind
    /// The reason why there is no result.
    var reason: String?
    /// The bytes of a training step, if known, and below those that it may use.
    var needed: UInt64?
    var limit: UInt64?
    var architecture: Architecture?
    var optimum: Optimum?
    var parameters: Int?
    var seconds: Double?
    var validationDice: Double?
    var test: TestEntry?
    var proposals: Comparison.TrialCounts?
    var report: String?

    enum Kind: String, Encodable {
        case evaluated = "judged"
        case outOfMemory, failed, outstanding
    }

    /// The candidate that a search chose, with the operations on edges that the block does not have.
    struct Optimum: Encodable {
        let operations: [Edge]
        /// The hyperparameters besides the architecture.
        let hyperparameters: [Hyperparameter: HyperparameterValue]

        struct Edge: Encodable {
            let edge: String
            let number: Int
            let isUsed: Bool
        }
    }

    init(_ outcome: Comparison.Outcome?, split: Int) {
        self.split = split
        switch outcome {
        case nil: self.outcome = .outstanding
        case .outOfMemory(let needed, let limit)?:
            self.outcome = .outOfMemory
            self.needed = needed?.bytes
            self.limit = limit?.bytes
        case .failed(let reason)?:
            self.outcome = .failed
            self.reason = reason
        case .evaluated(let result)?:
            self.outcome = .evaluated
            architecture = result.architecture
            optimum = result.optimum == nil ? nil : NetworkChoice(result).map(Optimum.init)
            parameters = result.parameters
            seconds = result.seconds
            validationDice = result.validationDice
            test = result.test.map { TestEntry($0) }
            proposals = result.trials
            report = result.report
        }
    }
}

extension SplitEntry.Optimum {
    fileprivate init(_ choice: NetworkChoice) {
        self.init(
            operations: choice.operations.map { operation, edge in
                Edge(
                    edge: "\(edge)", number: operation.number,
                    isUsed: edge.isUsed(nodes: choice.nodes))
            },
            hyperparameters: choice.hyperparameters)
    }
}
