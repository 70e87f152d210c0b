internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// A searched dimension, with its value in every trial.
struct Factor: Encodable {
    /// The name in files: `n`, `op12`.
    let name: String
    let title: String
    let kind: Kind
    /// The value of each trial, of a category the index of its name; nil for an edge that its block does not have, and
    /// where the condition of a setting does not hold.
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
            var factor = Factor(dimension, candidates.map { $0.value(of: dimension) })
            factor.effect = MainEffect(of: trained.map { factor.values[$0] }, on: outcomes)
            return factor
        }
    }

    private init(_ dimension: Dimension, _ values: [Double?]) {
        name = "\(dimension.name)"
        self.values = values
        title = dimension.name.title
        kind = Kind(dimension)
        meanings =
            switch (dimension.name, dimension.values) {
            case (.operation, _): Operation.allCases.map(\.description)
            case (.sup, _), (.res, _): ["without", "with"]
            case (_, .categories(let names)): names
            default: nil
            }
    }
}

extension Factor.Kind {
    fileprivate init(_ dimension: Dimension) {
        switch dimension.name {
        case .operation, .sup, .res: self = .category
        default: self.init(dimension.values)
        }
    }

    /// Of several ranges, that of the first that is no single value.
    private init(_ values: Dimension.Values) {
        switch values {
        case .categories: self = .category
        case .reals(_, .log): self = .logarithmic
        case .reals: self = .real
        case .integers, .fixed: self = .whole
        case .ranges(let ranges):
            let range = ranges.first { !$0.values.isFixed }
            self = range.map { Self($0.values) } ?? .real
        }
    }
}

extension Candidate {
    /// The value of a dimension, of a category the index of its name; nil for the operation of an edge that the block
    /// does not have, and where a condition does not hold.
    fileprivate func value(of dimension: Dimension) -> Double? {
        switch dimension.name {
        case .n: Double(network.n)
        case .p: Double(network.p)
        case .sup: network.sup ? 1 : 0
        case .res: network.res ? 1 : 0
        case .nodes: Double(network.block.nodes)
        case .operation(let edge):
            edge.isUsed(nodes: network.block.nodes)
                ? Double(network.block[edge.from, edge.to].number) : nil
        case .dropout: network.dropout
        case .hyperparameter(let name):
            switch (dimension.values, hyperparameters[name]) {
            case (.categories(let names), .choice(let choice)?):
                names.firstIndex(of: choice).map(Double.init)
            case (_, let value): value?.number
            }
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
        case .hyperparameter(let name): name.title
        }
    }
}

extension Hyperparameter {
    fileprivate var title: String {
        switch self {
        case .batch, .momentum, .loss, .optimizer, .schedule, .recipe: rawValue
        case .learningRate: "learning rate"
        case .weightDecay: "weight decay"
        case .clip: "gradient clipping"
        case .average: "weight averaging"
        case .warmUp: "warm-up"
        case .foregroundShare: "foreground share"
        case .augmentation: "augmentation strength"
        case .patch, .spacing: rawValue
        case .size: "image size"
        }
    }
}

extension HyperparameterValue {
    /// The name, or the number with the digits that matter.
    var words: String {
        switch self {
        case .number(let value): significant(value)
        case .choice(let name): name
        }
    }
}
