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

/// Any value, as an error shows it.
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
