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
    /// Outcomes that are known, and how many there are to be.
    let known: Int
    let outcomes: Int
    /// Days are counted of these.
    let device: String
    /// What splits are called.
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
        /// Over splits.
        let dice: Spread?
        let parameters: Spread?
        let seconds: Spread?
        /// In the order of the comparison's labels.
        let dicePerLabel: [Spread?]
        let splits: [SplitEntry]
    }

    /// A paired test; the methods are indices.
    struct Pair: Encodable {
        let first: Int
        let second: Int
        let cases: Int
        /// Of the first less the second.
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
        let labels = comparison.labels.foreground
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

    /// A document to be read by scripts.
    func document() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }
}
