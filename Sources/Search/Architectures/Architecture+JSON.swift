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
    /// Throws an ``ArchitectureError`` with every fault, or a `DecodingError` where no object stands.
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

/// Any name of a field, so that unknown ones can be reported.
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
