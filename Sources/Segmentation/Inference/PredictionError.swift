/// Why models cannot predict together, or a prediction is none.
public enum PredictionError: Error, Equatable, Sendable {
    /// Models of an ensemble, counted from 0, whose channels differ.
    case channels(model: Int, [String], first: [String])
    /// Models of an ensemble whose labels differ in name, number or stored value.
    case labels(model: Int)
    /// The network made probabilities that are NaN or infinite.
    case notFinite(model: Int)
}

extension PredictionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .channels(let model, let names, let first):
            "model \(model + 1) of the ensemble sees \(names.joined(separator: ", ")), "
                + "and the first one \(first.joined(separator: ", ")): "
                + "models must be trained on the same channels, in the same order"
        case .labels(let model):
            "model \(model + 1) of the ensemble has other labels than the first one: "
                + "models must be trained on the same labels with the same values"
        case .notFinite(let model):
            "model \(model + 1) gives probabilities that are no numbers: "
                + "look at the image, and try --precision float32"
        }
    }
}
