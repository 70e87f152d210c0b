/// What a trained result is remembered under: trials with equal keys would train the same network in the same way.
///
/// The canonical architecture and every other hyperparameter of the search space, as text. The shortest decimal that
/// reads back as the same value stands for it, so two learning rates share a key only if they are equal to the bit.
/// Studies on disk hold these texts: they must not change.
public struct ResultKey: Hashable, Sendable {
    /// For example `n 21 p 3 sup 1 res 0 {2,0,2} batch 3 learning_rate 0.001`.
    public let text: String

    public init(_ architecture: Architecture, hyperparameters: [Hyperparameter: Double] = [:]) {
        let others = hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
        text = others.reduce("\(architecture.canonical)") { text, other in
            text + " \(other.key.rawValue) \(number(other.value))"
        }
    }
}

extension ResultKey: Codable, CustomStringConvertible {
    public init(from decoder: any Decoder) throws {
        text = try String(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }

    public var description: String { text }
}

/// What a search space can vary besides the architecture.
public enum Hyperparameter: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    case batch
    case learningRate = "learning_rate"
}
