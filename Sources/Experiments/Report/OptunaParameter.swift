internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// The value of a searched dimension in a trial, and its distribution, as Optuna writes them.
struct OptunaParameter {
    let name: String
    /// The number, or the index of a category's name.
    let value: JSONValue
    /// JSON of one of Optuna's distributions: the same for all trials of a space.
    let distribution: String

    /// Those of the dimensions that a trial uses; operations of nodes that its block has not are left out.
    static func all(of trial: Trial, in space: SearchSpace) -> [OptunaParameter] {
        guard case .segnas(let network) = trial.architecture else { return [] }
        return space.searched.compactMap { dimension in
            switch dimension.name {
            case .n: whole(dimension, network.n)
            case .p: whole(dimension, network.p)
            case .nodes: whole(dimension, network.block.nodes)
            case .sup: flag(dimension, network.sup)
            case .res: flag(dimension, network.res)
            case .dropout: number(dimension, network.dropout)
            case .operation(let edge):
                operation(
                    dimension, Edge.all(nodes: network.block.nodes).firstIndex(of: edge),
                    in: network)
            case .hyperparameter(let name):
                trial.hyperparameters[name].flatMap { setting(dimension, $0) }
            }
        }
    }

    private static func whole(_ dimension: Dimension, _ value: Int) -> OptunaParameter? {
        guard case .integers(let range) = dimension.values else { return nil }
        return OptunaParameter(
            name: "\(dimension.name)", value: .integer(Int64(value)),
            distribution: integers(range.lowerBound, range.upperBound - 1))
    }

    private static func flag(_ dimension: Dimension, _ value: Bool) -> OptunaParameter? {
        OptunaParameter(
            name: "\(dimension.name)", value: .integer(value ? 1 : 0),
            distribution: categories([.bool(false), .bool(true)]))
    }

    /// An operation by its name: its number says nothing of what is near.
    private static func operation(
        _ dimension: Dimension, _ index: Int?, in network: SegNAS
    ) -> OptunaParameter? {
        guard case .integers(let range) = dimension.values, let index else { return nil }
        let names = range.map { JSONValue.string("\(Operation.allCases[$0])") }
        let number = network.block.operations[index].number
        return OptunaParameter(
            name: "\(dimension.name)", value: .integer(Int64(number - range.lowerBound)),
            distribution: categories(names))
    }

    private static func number(_ dimension: Dimension, _ value: Double) -> OptunaParameter? {
        guard let (low, high, isLog) = dimension.values.ends else { return nil }
        return OptunaParameter(
            name: "\(dimension.name)", value: .real(value), distribution: reals(low, high, isLog))
    }

    private static func setting(
        _ dimension: Dimension, _ value: HyperparameterValue
    ) -> OptunaParameter? {
        switch (dimension.values, value) {
        case (.categories(let names), .choice(let name)):
            names.firstIndex(of: name).map { index in
                OptunaParameter(
                    name: "\(dimension.name)", value: .integer(Int64(index)),
                    distribution: categories(names.map(JSONValue.string)))
            }
        case (.integers, .number(let number)): whole(dimension, Int(number))
        case (_, .number(let value)): number(dimension, value)
        default: nil
        }
    }

    // MARK: - Distributions

    private static func integers(_ low: Int, _ high: Int) -> String {
        distribution(
            "IntDistribution",
            [
                "log": .bool(false), "step": .integer(1), "low": .integer(Int64(low)),
                "high": .integer(Int64(high)),
            ])
    }

    private static func reals(_ low: Double, _ high: Double, _ isLog: Bool) -> String {
        distribution(
            "FloatDistribution",
            ["log": .bool(isLog), "step": .null, "low": .real(low), "high": .real(high)])
    }

    private static func categories(_ choices: [JSONValue]) -> String {
        distribution("CategoricalDistribution", ["choices": .array(choices)])
    }

    private static func distribution(_ name: String, _ fields: [String: JSONValue]) -> String {
        let value = JSONValue.object(["name": .string(name), "attributes": .object(fields)])
        // Its numbers are finite.
        return (try? JSONDocument.text(of: value, .line)) ?? ""
    }
}

extension Dimension.Values {
    /// The ends of a range of numbers, of several ranges those of all, and whether it is searched by the logarithm.
    fileprivate var ends: (low: Double, high: Double, isLog: Bool)? {
        switch self {
        case .fixed(let value): return (value, value, value > 0)
        case .integers(let range):
            return (Double(range.lowerBound), Double(range.upperBound - 1), false)
        case .reals(let range, let scale):
            return (range.lowerBound, range.upperBound, scale == .log)
        case .categories: return nil
        case .ranges(let ranges):
            let all = ranges.compactMap(\.values.ends)
            guard let low = all.map(\.low).min(), let high = all.map(\.high).max() else {
                return nil
            }
            return (low, high, low > 0 && all.allSatisfy(\.isLog))
        }
    }
}
