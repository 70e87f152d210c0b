public import SegNASHost

/// Everything that is wrong with the JSON of an architecture.
public struct ArchitectureError: Error, Equatable, Sendable {
    public var faults: [ArchitectureFault]
    /// Nil for text that does not come from a file.
    public var file: String?

    init(_ faults: [ArchitectureFault], file: String? = nil) {
        self.faults = faults
        self.file = file
    }
}

/// One thing that is wrong with the JSON of an architecture; `found` is shown as it stands there.
public enum ArchitectureFault: Equatable, Sendable {
    case file(TextFileFault)
    case notJSON
    /// A key that an object has twice.
    case keyTwice(String)
    case unknownField(String)
    case missing(ArchitectureField)
    case value(ArchitectureField, found: String)
    case notOfFamily(ArchitectureField, Family)
    case entryCount(Int, nodes: Int)
    case block(BlockGraphError)
}

extension ArchitectureError: CustomStringConvertible {
    /// A line for each fault.
    public var description: String {
        let place = file.map { "\($0): " } ?? ""
        return faults.map { place + $0.description }.joined(separator: "\n")
    }
}

extension ArchitectureFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let fault): "\(fault)"
        case .notJSON: "no valid JSON object; an architecture is written {\"n\": 16, \"p\": 2, …}"
        case .keyTwice(let name): "\(quoted(name)) appears more than once: keep one"
        case .unknownField(let name):
            "there is no \(quoted(name)); "
                + advice(for: name, among: ArchitectureField.allCases.map(\.rawValue))
        case .missing(let field): "\(field.rawValue) is missing; it must be \(field.rule)"
        case .value(let field, let found):
            "\(field.rawValue) is \(found), and it must be \(field.rule)"
        case .notOfFamily(let field, let family):
            "\(field.rawValue) means nothing to \(family.rawValue); remove it"
        case .entryCount(let count, let nodes):
            "ops has \(count) entries, and \(nodes) nodes need \(BlockGraph.entryCount(nodes: nodes)): "
                + "those of the edges " + listed(Edge.all(nodes: nodes).map(\.description))
        case .block(let error): "ops: \(error)"
        }
    }
}

extension ArchitectureField {
    /// The rule for its values, as an error states it.
    fileprivate var rule: String {
        switch self {
        case .schema: "\(Architecture.schema), the only one that this program reads"
        case .family: "\"segnas\", \"unet3d\", \"vnet\", \"nnunet\" or \"nnunet-resenc\""
        case .n: "\(Limits.n)"
        case .p: "\(Limits.p)"
        case .sup, .res: "\(Limits.flag)"
        case .nodes: "\(Limits.nodes)"
        case .ops: "a list of operation numbers, for example [2, 0, 2]"
        case .dropout: "\(Limits.dropout)"
        case .stages: "\(Limits.stages)"
        case .features: "\(Limits.features)"
        }
    }
}
