internal import SegNASSearch
internal import SegNASStudy

/// A searched dimension, with its value in every trial.
struct Factor: Encodable {
    /// The name in files: `n`, `op12`.
    let name: String
    let title: String
    let kind: Kind
    /// The value of each trial; nil for an edge that its block does not have.
    let values: [Double?]
    /// The names of the values; nil if they are plain numbers.
    let meanings: [String]?
    /// The effect on the validation Dice of completed trials; nil if there are too few of them.
    var effect: MainEffect?

    enum Kind: String, Encodable {
        case whole, real, logarithmic, category
    }

    /// The searched dimensions of a space, in the paper's order.
    static func all(of record: StudySnapshot) -> [Factor] {
        let candidates = record.trials.map { record.space.decode($0.trial.proposal.point) }
        let trained = record.trials.indices.filter { record.trials[$0].trial.state == .completed }
        let outcomes = trained.map { record.trials[$0].trial.end?.dice ?? 0 }
        return record.space.searched.map { dimension in
            var factor = Factor(dimension, candidates.map { $0.value(of: dimension.name) })
            factor.effect = MainEffect(of: trained.map { factor.values[$0] }, on: outcomes)
            return factor
        }
    }

    private init(_ dimension: Dimension, _ values: [Double?]) {
        name = "\(dimension.name)"
        self.values = values
        title = dimension.name.title
        (kind, meanings) =
            switch (dimension.name, dimension.values) {
            case (.operation, _): (.category, Operation.allCases.map(\.description))
            case (.sup, _), (.res, _): (.category, ["without", "with"])
            case (_, .reals(_, .log)): (.logarithmic, nil)
            case (_, .reals): (.real, nil)
            default: (.whole, nil)
            }
    }
}

extension Candidate {
    /// The value of a dimension; nil for the operation of an edge that the block does not have.
    fileprivate func value(of name: Dimension.Name) -> Double? {
        switch name {
        case .n: Double(network.n)
        case .p: Double(network.p)
        case .sup: network.sup ? 1 : 0
        case .res: network.res ? 1 : 0
        case .nodes: Double(network.block.nodes)
        case .operation(let edge):
            edge.isUsed(nodes: network.block.nodes)
                ? Double(network.block[edge.from, edge.to].number) : nil
        case .dropout: network.dropout
        case .hyperparameter(let name): hyperparameters[name]
        }
    }
}

extension Dimension.Name {
    var title: String {
        switch self {
        case .n: "first channels n"
        case .p: "poolings p"
        case .sup: "deep supervision"
        case .res: "residual connections"
        case .nodes: "nodes of the block"
        case .operation(let edge): "edge \(edge.from) → \(edge.to)"
        case .dropout: "dropout"
        case .hyperparameter(.learningRate): "learning rate"
        case .hyperparameter(.batch): "batch"
        }
    }
}
