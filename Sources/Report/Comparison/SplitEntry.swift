internal import SegNASHost
internal import SegNASSearch

/// What a method came to on a split, for scripts.
struct SplitEntry: Encodable {
    let split: Int
    let outcome: Kind
    /// Why there is no result.
    var reason: String?
    /// Bytes of a training step, where it is known, and how many it may take.
    var needed: UInt64?
    var limit: UInt64?
    var architecture: Architecture?
    var optimum: Optimum?
    var parameters: Int?
    var seconds: Double?
    var validationDice: Double?
    var test: TestEntry?
    var proposals: Comparison.Proposals?
    var report: String?

    enum Kind: String, Encodable {
        case judged, outOfMemory, failed, outstanding
    }

    /// What a search chose, with the operations on edges that the block does not have.
    struct Optimum: Encodable {
        let operations: [Edge]
        /// Besides the architecture.
        let hyperparameters: [Hyperparameter: Double]

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
        case .judged(let result)?:
            self.outcome = .judged
            architecture = result.architecture
            optimum = result.optimum == nil ? nil : NetworkChoice(result).map(Optimum.init)
            parameters = result.parameters
            seconds = result.seconds
            validationDice = result.validationDice
            test = result.test.map(TestEntry.init)
            proposals = result.proposals
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
