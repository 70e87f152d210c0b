public import SegNASDatasets
public import SegNASHost
public import SegNASSearch

/// What several methods came to on the same splits of a dataset: the content of the paper's Table 3.
///
/// It may be incomplete: outcomes that are not known yet are nil.
public struct Comparison: Sendable {
    /// The dataset's name.
    public var dataset: String
    public var labels: LabelTable
    /// In the order of the table.
    public var methods: [Method]
    /// How all of them were trained, to be told as names and words.
    public var conditions: [(name: String, words: String)]
    /// Whether training was on GPUs, whose days are counted then.
    public var isOnGPU: Bool
    /// When it is told, as a page shall say it.
    public var date: String?
    /// The number of the first split, as its folder has it.
    public var firstSplit: Int

    public init(
        dataset: String, labels: LabelTable, methods: [Method],
        conditions: [(name: String, words: String)] = [], isOnGPU: Bool = false,
        date: String? = nil,
        firstSplit: Int = 0
    ) {
        self.dataset = dataset
        self.labels = labels
        self.methods = methods
        self.conditions = conditions
        self.isOnGPU = isOnGPU
        self.date = date
        self.firstSplit = firstSplit
    }

    /// A search of a space, or the training of one network.
    public struct Method: Sendable {
        /// `SegNAS11`, `3D U-Net`.
        public var name: String
        /// One for each split, by its index; nil where it is not known yet.
        public var outcomes: [Outcome?]

        public init(_ name: String, outcomes: [Outcome?]) {
            self.name = name
            self.outcomes = outcomes
        }
    }

    /// What a method came to on one split.
    public enum Outcome: Sendable {
        case judged(Result)
        /// Its network does not fit: what a training step needs, where that is known, and what it may take.
        case outOfMemory(needed: ByteCount?, limit: ByteCount?)
        /// Why there is no network, as a phrase: `the loss was not a finite number in epoch 3`.
        case failed(String)
    }

    /// A trained network and what it is worth.
    public struct Result: Sendable {
        public var architecture: Architecture
        /// The point of the space that the network is; nil for what was not searched.
        public var optimum: Candidate?
        /// Learned numbers.
        public var parameters: Int
        /// Of all trainings together, those of other workers added.
        public var seconds: Double
        /// Of the validation cases.
        public var validationDice: Double?
        /// Of the test cases; nil where the split has none.
        public var test: Evaluation?
        /// How many proposals ended how; nil for what was not searched.
        public var proposals: Proposals?
        /// Where its own report lies, seen from the folder of the comparison.
        public var report: String?

        public init(
            _ architecture: Architecture, optimum: Candidate? = nil, parameters: Int,
            seconds: Double, validationDice: Double? = nil, test: Evaluation? = nil,
            proposals: Proposals? = nil, report: String? = nil
        ) {
            self.architecture = architecture
            self.optimum = optimum
            self.parameters = parameters
            self.seconds = seconds
            self.validationDice = validationDice
            self.test = test
            self.proposals = proposals
            self.report = report
        }
    }

    /// Proposals of a search by what became of them.
    public struct Proposals: Hashable, Codable, Sendable {
        public var trained: Int
        /// Took the result of an earlier one with the same network.
        public var cached: Int
        public var illegal: Int
        public var outOfMemory: Int
        /// Without a result: crashed, hung or timed out.
        public var failed: Int

        public init(trained: Int, cached: Int, illegal: Int, outOfMemory: Int, failed: Int) {
            self.trained = trained
            self.cached = cached
            self.illegal = illegal
            self.outOfMemory = outOfMemory
            self.failed = failed
        }
    }
}
