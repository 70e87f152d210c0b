public import OrderedCollections

/// Tensors under dotted names, in the order in which they were added.
public struct NamedTensors {
    private var entries: OrderedDictionary<String, Tensor> = [:]

    public init() {}

    /// Adds a tensor under a name that is not taken.
    public mutating func add(_ tensor: Tensor, named name: String) {
        precondition(entries[name] == nil, "two tensors are named '\(name)'")
        entries[name] = tensor
    }

    /// Adds all tensors of a part: `weight` of part `stem` becomes `stem.weight`.
    public mutating func add(_ others: NamedTensors, under part: String) {
        for (name, tensor) in others { add(tensor, named: "\(part).\(name)") }
    }

    public subscript(name: String) -> Tensor? { entries[name] }

    public var names: OrderedSet<String> { entries.keys }
    public var tensors: [Tensor] { Array(entries.values) }

    /// Elements of all tensors together.
    public var elementCount: Int { entries.values.reduce(0) { $0 + $1.count } }
}

extension NamedTensors: Sequence {
    public func makeIterator() -> some IteratorProtocol<(key: String, value: Tensor)> {
        entries.makeIterator()
    }
}

extension NamedTensors: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Tensor)...) {
        for (name, tensor) in elements { add(tensor, named: name) }
    }
}

extension NamedTensors {
    /// Overwrites every tensor here with the one of the same name there.
    ///
    /// - Throws: ``TorchError/operation(_:)`` that lists every name missing there, unknown here, or of another
    ///   shape; nothing is overwritten then.
    public func assign(_ source: NamedTensors) throws(TorchError) {
        var faults: [String] = []
        for (name, tensor) in self {
            guard let other = source[name] else {
                faults.append("'\(name)' is missing")
                continue
            }
            if other.shape != tensor.shape {
                faults.append("'\(name)' has shape \(other.shape), not \(tensor.shape)")
            }
        }
        faults += source.names.filter { self[$0] == nil }.map { "'\($0)' is unknown" }
        guard faults.isEmpty else {
            throw .operation(
                "these tensors are not this network's: " + faults.joined(separator: ", "))
        }
        for (name, tensor) in self {
            if let other = source[name] { try tensor.assign(other) }
        }
    }
}
