internal import CTorch
public import OrderedCollections

/// A part of a network that owns tensors.
///
/// A layer is called like a function. Its tensors are listed, not found by reflection: a network adds those of its
/// layers under the names that it gives them.
///
/// ```swift
/// var weights = Weights()
/// weights.add(stem.weights, under: "stem")
/// weights.add(norm.weights, under: "norm")
/// ```
public protocol Layer {
    var weights: Weights { get }
}

/// The tensors of a layer: its trained parameters and its buffers.
public struct Weights {
    /// Trained by an optimizer.
    public var parameters = NamedTensors()
    /// Saved with the parameters, but not trained: running statistics.
    public var buffers = NamedTensors()

    public init(parameters: NamedTensors = NamedTensors(), buffers: NamedTensors = NamedTensors()) {
        self.parameters = parameters
        self.buffers = buffers
    }

    public mutating func add(_ weights: Weights, under part: String) {
        parameters.add(weights.parameters, under: part)
        buffers.add(weights.buffers, under: part)
    }

    /// Parameters, then buffers: the contents of a file of the network.
    public var all: NamedTensors {
        var all = parameters
        for (name, tensor) in buffers { all.add(tensor, named: name) }
        return all
    }
}

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
    /// Bytes of all tensors together.
    public var byteCount: Int { entries.values.reduce(0) { $0 + $1.count * $1.dtype.size } }
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
    /// Overwrites every tensor with the one of the same name in `source`.
    ///
    /// - Throws: ``TorchError/operation(_:)`` that lists every name that is missing in `source`, unknown here, or of
    ///   another shape; nothing is overwritten then.
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

/// A distribution from which the parameters of a new layer are drawn.
///
/// `fanIn` and `fanOut` count the inputs and outputs of one voxel.
public enum Initializer: Sendable, CaseIterable {
    /// Normal with variance 2/fanIn, for ReLU. He et al. 2015, arXiv:1502.01852, equation 10.
    case heNormal
    /// Uniform within ±√(6/(fanIn + fanOut)). Glorot & Bengio 2010, equation 16.
    case glorotUniform

    /// A parameter, float32 and ready for gradients, that depends on the generator's state alone.
    func callAsFunction(
        _ shape: [Int], fanIn: Int, fanOut: Int, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) -> Tensor {
        let seed = generator.next()
        if device == .meta { return try parameter(.zeros(shape, device: .meta)) }
        let values = try produce { out in
            withShape(shape) { shape in
                switch self {
                case .heNormal:
                    ct_normal(shape, (2 / Double(fanIn)).squareRoot(), seed, out)
                case .glorotUniform:
                    ct_uniform(
                        shape, -Self.glorotBound(fanIn, fanOut), Self.glorotBound(fanIn, fanOut),
                        seed,
                        out)
                }
            }
        }
        return try parameter(values.moved(to: device))
    }

    private static func glorotBound(_ fanIn: Int, _ fanOut: Int) -> Double {
        (6 / Double(fanIn + fanOut)).squareRoot()
    }
}

/// Marks a tensor as a parameter to be trained.
func parameter(_ tensor: Tensor) throws(TorchError) -> Tensor {
    try tensor.setRequiresGradient(true)
    return tensor
}
