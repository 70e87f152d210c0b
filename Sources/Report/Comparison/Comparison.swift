public import SegNASDatasets
public import SegNASHost
public import SegNASSearch

/// The results of several methods on the same splits of a dataset: the content of the paper's Table 3.
///
/// It may be incomplete: outcomes that are not known yet are nil.
public struct Comparison: Sendable {
    /// The dataset's name.
    public var dataset: String
    public var labels: LabelTable
    /// The methods in the order of the table.
    public var methods: [Method]
    /// The settings of all trainings, as names and texts.
    public var conditions: [(name: String, words: String)]
    /// True if training was on GPUs, whose days are counted then.
    public var isOnGPU: Bool
    /// The date of the report, as its page shows it.
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
        /// An outcome for each split, by its index; nil if it is not known yet.
        public var outcomes: [Outcome?]

        public init(_ name: String, outcomes: [Outcome?]) {
            self.name = name
            self.outcomes = outcomes
        }
    }

    /// The outcome of a method on one split.
    public enum Outcome: Sendable {
        case evaluated(Result)
        /// Its network does not fit: the memory that a training step needs, and that it may use, if they are known.
        case outOfMemory(needed: ByteCount?, limit: ByteCount?)
        /// There is no network; the reason as a phrase: `the loss was not a finite number in epoch 3`.
        case failed(String)
    }

    /// A trained network and its evaluation.
    public struct Result: Sendable {
        public var architecture: Architecture
        /// The candidate of the space; nil without a search.
        public var optimum: Candidate?
        /// The number of parameters.
        public var parameters: Int
        /// The duration of all trainings, summed over workers and the devices of each.
        public var seconds: Double
        /// The mean Dice of the validation cases.
        public var validationDice: Double?
        /// The evaluation of the test cases; nil if the split has none.
        public var test: Evaluation?
        /// The trials of the search by their ends; nil without a search.
        public var trials: TrialCounts?
        /// The path of its separate report, relative to the folder of the comparison.
        public var report: String?

        public init(
            _ architecture: Architecture, optimum: Candidate? = nil, parameters: Int,
            seconds: Double, validationDice: Double? = nil, test: Evaluation? = nil,
            trials: TrialCounts? = nil, report: String? = nil
        ) {
            self.architecture = architecture
            self.optimum = optimum
            self.parameters = parameters
            self.seconds = seconds
            self.validationDice = validationDice
            self.test = test
            self.trials = trials
            self.report = report
        }
    }

    /// The numbers of a search's trials by their ends.
    public struct TrialCounts: Hashable, Codable, Sendable {
        public var completed: Int
        /// Those with the result of an earlier trial of the same network.
        public var cached: Int
        public var illegal: Int
        public var outOfMemory: Int
        /// Those without a result: crashed, hung or timed out.
        public var failed: Int

        enum CodingKeys: String, CodingKey {
            case completed = "trained"
            case cached, illegal, outOfMemory, failed
        }

        public init(completed: Int, cached: Int, illegal: Int, outOfMemory: Int, failed: Int) {
            self.completed = completed
            self.cached = cached
            self.illegal = illegal
            self.outOfMemory = outOfMemory
            self.failed = failed
        }
    }
}

/// The network of a result that has a block, as tables show it.
struct NetworkChoice {
    let network: SegNAS
    /// The operations of all edges of its space, row by row; those that its block does not have are unused.
    let operations: [(operation: Operation, edge: Edge)]
    /// The values of the searched hyperparameters.
    let hyperparameters: [Hyperparameter: HyperparameterValue]

    /// Takes the network of a result; nil if it is of another family.
    init?(_ result: Comparison.Result) {
        guard case .segnas(let network) = result.optimum?.architecture ?? result.architecture else {
            return nil
        }
        let operations = result.optimum?.operations ?? network.block.operations
        let nodes = BlockGraph.nodeCounts.first { Edge.all(nodes: $0).count == operations.count }
        self.network = network
        self.operations = zip(operations, Edge.all(nodes: nodes ?? 0)).map { ($0, $1) }
        hyperparameters = result.optimum?.hyperparameters ?? [:]
    }

    var nodes: Int { network.block.nodes }

    /// The paper's numbers of the operations on edges that the block has, or on those that it does not have.
    func numbers(used: Bool) -> [Int] {
        operations.filter { $0.edge.isUsed(nodes: nodes) == used }.map(\.operation.number)
    }

    /// The numbers row by row, those of edges that the block does not have struck through.
    var numbers: RichText {
        operations.map { operation, edge in
            RichText("\(operation.number)", edge.isUsed(nodes: nodes) ? nil : .struck)
        }.joined(separator: ", ")
    }

    /// The other searched values; the dropout if it is not the default.
    var others: [(name: String, value: String)] {
        let dropout =
            network.dropout == SegNAS.defaultDropout
            ? [] : [(Dimension.Name.dropout.title, significant(network.dropout))]
        return dropout
            + hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }.map { name, value in
                (Dimension.Name.hyperparameter(name).title, value.words)
            }
    }

    /// The network and its hyperparameters in one line.
    var words: String {
        hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }.reduce("\(network)") {
            "\($0) \(Dimension.Name.hyperparameter($1.key).title) \($1.value.words)"
        }
    }
}
