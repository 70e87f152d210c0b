public import FoundationEssentials

/// How a study's networks are trained and on what, as whoever runs the study wrote it into the plan.
///
/// A study keeps it and does not read it, so that it need not know of datasets and trainings.
public struct StudyConditions: Hashable, Codable, Sendable {
    private let tree: Tree

    public init() {
        tree = .object([:])
    }

    /// Keeps a value; its numbers must be finite.
    public init(_ value: some Encodable) throws {
        self = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(value))
    }

    public init(from decoder: any Decoder) throws {
        tree = try Tree(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
    }

    /// The value that was kept.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(tree))
    }
}

/// Any JSON, with whole numbers as exact as they stand there.
private enum Tree: Hashable, Codable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case natural(UInt64)
    case real(Double)
    case string(String)
    case array([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let natural = try? value.decode(UInt64.self) {
            self = .natural(natural)
        } else if let real = try? value.decode(Double.self) {
            self = .real(real)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([Tree].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: Tree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .natural(let natural): try container.encode(natural)
        case .real(let real): try container.encode(real)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }
}
