internal import SegNASHost

/// How a study's networks are trained and on what, as whoever runs the study wrote it into the plan.
///
/// A study keeps it and does not read it, so that it need not know of datasets and trainings.
public struct StudyConditions: Hashable, Codable, Sendable {
    private let tree: JSONValue

    public init() {
        tree = .object([:])
    }

    /// Keeps a value; its numbers must be finite.
    public init(_ value: some Encodable) throws {
        self = try JSONDocument.parse(JSONDocument.text(of: value, .line))
    }

    public init(from decoder: any Decoder) throws {
        tree = try JSONValue(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
    }

    /// The value that was kept.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDocument.parse(JSONDocument.text(of: tree, .line), as: type)
    }
}
