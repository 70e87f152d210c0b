internal import SegNASHost

/// The families of architectures by their names in files.
public enum Family: String, CaseIterable, Codable, Sendable {
    case segnas, unet3d, vnet, nnunet
    case nnunetResEnc = "nnunet-resenc"
}

/// The keys of an architecture in JSON.
public enum ArchitectureField: String, CaseIterable, Sendable {
    case schema, family, n, p, sup, res, nodes, ops, dropout, stages, features
}

extension Family {
    /// The fields that say more of a network than its family.
    var fields: [ArchitectureField] {
        switch self {
        case .segnas: [.n, .p, .sup, .res, .nodes, .ops, .dropout]
        case .unet3d, .vnet: []
        case .nnunet, .nnunetResEnc: [.stages, .features]
        }
    }
}

extension Architecture {
    static let schema = 1

    public var family: Family {
        switch self {
        case .segnas: .segnas
        case .unet3d: .unet3d
        case .vnet: .vnet
        case .nnunet(let network): network.encoder == .plain ? .nnunet : .nnunetResEnc
        }
    }

    /// Reads the JSON of one architecture, and reports every fault in it.
    public init(json: String) throws(ArchitectureError) {
        do {
            self = try JSONDocument.parse(json)
        } catch let error as ArchitectureError {
            throw error
        } catch {
            throw ArchitectureError([.notJSON])
        }
        if let key = JSONKeyOrder.repeatedKey(in: json) {
            throw ArchitectureError([.keyTwice(key)])
        }
    }

    /// Reads a file of JSON; the error names it.
    public init(contentsOf path: String) throws(ArchitectureError) {
        let text: String
        do { text = try readText(at: path) } catch {
            throw ArchitectureError([.file(error)], file: path)
        }
        do { try self.init(json: text) } catch { throw ArchitectureError(error.faults, file: path) }
    }

    /// One line of JSON, its keys sorted: equal architectures give equal text.
    public var json: String {
        guard let text = try? JSONDocument.text(of: self, .line) else {
            preconditionFailure("an architecture holds finite numbers only, so it can be encoded")
        }
        return text
    }
}

extension Architecture: Codable {
    /// Decodes an object; throws an ``ArchitectureError`` with every fault, or a `DecodingError` if it is no object.
    public init(from decoder: any Decoder) throws {
        var reader = try ArchitectureReader(decoder)
        self = try reader.architecture()
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: FieldName.self)
        try fields.encode(Self.schema, forKey: .init(.schema))
        try fields.encode(family, forKey: .init(.family))
        switch self {
        case .segnas(let network): try encode(network, into: &fields)
        case .unet3d, .vnet: break
        case .nnunet(let network):
            try fields.encode(network.stages, forKey: .init(.stages))
            try fields.encode(network.features, forKey: .init(.features))
        }
    }

    private func encode(
        _ network: SegNAS, into fields: inout KeyedEncodingContainer<FieldName>
    ) throws {
        try fields.encode(network.n, forKey: .init(.n))
        try fields.encode(network.p, forKey: .init(.p))
        try fields.encode(network.sup ? 1 : 0, forKey: .init(.sup))
        try fields.encode(network.res ? 1 : 0, forKey: .init(.res))
        try fields.encode(network.block.nodes, forKey: .init(.nodes))
        try fields.encode(network.block, forKey: .init(.ops))
        try fields.encode(network.dropout, forKey: .init(.dropout))
    }
}

/// The name of any field, so that unknown ones can be reported.
struct FieldName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ field: ArchitectureField) {
        stringValue = field.rawValue
    }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}

/// Reads the fields of an architecture, collecting the faults of all of them.
struct ArchitectureReader {
    private let fields: KeyedDecodingContainer<FieldName>
    private var faults: [ArchitectureFault] = []

    init(_ decoder: any Decoder) throws {
        fields = try decoder.container(keyedBy: FieldName.self)
    }

    mutating func architecture() throws(ArchitectureError) -> Architecture {
        checkNames()
        checkSchema()
        var architecture: Architecture?
        if let family = family() {
            checkFields(of: family)
            architecture =
                switch family {
                case .segnas: segnas().map(Architecture.segnas)
                case .unet3d: .unet3d
                case .vnet: .vnet
                case .nnunet: nnunet(.plain).map(Architecture.nnunet)
                case .nnunetResEnc: nnunet(.residual).map(Architecture.nnunet)
                }
        }
        guard let architecture, faults.isEmpty else { throw ArchitectureError(faults) }
        return architecture
    }

    private mutating func checkNames() {
        let unknown = fields.allKeys.map(\.stringValue).filter {
            ArchitectureField(rawValue: $0) == nil
        }
        faults += unknown.sorted().map(ArchitectureFault.unknownField)
    }

    private mutating func checkSchema() {
        guard contains(.schema) else { return }
        _ = required(.schema, as: Int.self) { $0 == Architecture.schema }
    }

    private mutating func family() -> Family? {
        guard contains(.family) else { return .segnas }
        return required(.family, as: Family.self)
    }

    private mutating func checkFields(of family: Family) {
        let known = [.schema, .family] + family.fields
        for field in ArchitectureField.allCases where !known.contains(field) && contains(field) {
            faults.append(.notOfFamily(field, family))
        }
    }

    private mutating func nnunet(_ encoder: NNUNet.Encoder) -> NNUNet? {
        let stages = contains(.stages) ? integer(.stages, Limits.stages) : NNUNet.defaultStages
        let features =
            contains(.features) ? integer(.features, Limits.features) : NNUNet.defaultFeatures
        guard let stages, let features else { return nil }
        return NNUNet(encoder, stages: stages, features: features)
    }

    private mutating func segnas() -> SegNAS? {
        let n = integer(.n, Limits.n)
        let p = integer(.p, Limits.p)
        let sup = flag(.sup)
        let res = flag(.res)
        let block = block()
        let dropout = contains(.dropout) ? dropout() : SegNAS.defaultDropout
        guard let n, let p, let sup, let res, let block, let dropout else { return nil }
        return SegNAS(n: n, p: p, sup: sup, res: res, block: block, dropout: dropout)
    }
}

// MARK: - Values

extension ArchitectureReader {
    private mutating func integer(_ field: ArchitectureField, _ limits: Limits) -> Int? {
        required(field, as: Int.self) { limits.contains(Double($0)) }
    }

    private mutating func flag(_ field: ArchitectureField) -> Bool? {
        decoded(field, as: Bool.self) ?? integer(field, Limits.flag).map { $0 == 1 }
    }

    private mutating func dropout() -> Double? {
        required(.dropout, as: Double.self) { Limits.dropout.contains($0) }
    }

    private mutating func block() -> BlockGraph? {
        let nodes = integer(.nodes, Limits.nodes)
        guard let numbers = required(.ops, as: [Int].self) else { return nil }
        if let nodes, numbers.count != BlockGraph.entryCount(nodes: nodes) {
            faults.append(.entryCount(numbers.count, nodes: nodes))
            return nil
        }
        do {
            return try BlockGraph(numbers)
        } catch {
            faults.append(.block(error))
            return nil
        }
    }

    private mutating func required<Value: Decodable>(
        _ field: ArchitectureField, as type: Value.Type,
        where isValid: (Value) -> Bool = { _ in true }
    ) -> Value? {
        if let value = decoded(field, as: type), isValid(value) { return value }
        faults.append(contains(field) ? .value(field, found: shown(field)) : .missing(field))
        return nil
    }

    private func shown(_ field: ArchitectureField) -> String {
        decoded(field, as: ShownValue.self)?.text ?? "null"
    }

    private func contains(_ field: ArchitectureField) -> Bool {
        fields.contains(FieldName(field))
    }

    private func decoded<Value: Decodable>(_ field: ArchitectureField, as type: Value.Type)
        -> Value?
    {
        try? fields.decode(type, forKey: FieldName(field))
    }

}

/// A value of any type, as an error shows it.
private struct ShownValue: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let string = try? value.decode(String.self) {
            text = quoted(string)
        } else if let flag = try? value.decode(Bool.self) {
            text = "\(flag)"
        } else if let double = try? value.decode(Double.self) {
            text = number(double)
        } else if let items = try? value.decode([ShownValue].self) {
            text = shortened("[" + items.map(\.text).joined(separator: ", ") + "]")
        } else {
            text = value.decodeNil() ? "null" : "an object"
        }
    }
}
