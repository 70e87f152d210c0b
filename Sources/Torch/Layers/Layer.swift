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

/// What a layer learns, and what it only keeps.
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

    /// Parameters, then buffers: what a file of the network holds.
    public var all: NamedTensors {
        var all = parameters
        for (name, tensor) in buffers { all.add(tensor, named: name) }
        return all
    }
}
