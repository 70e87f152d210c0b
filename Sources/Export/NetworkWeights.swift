internal import SegNASSearch

/// The trained numbers of a network, by the names that its file of weights gives them.
package struct NetworkWeights: Sendable {
    private var arrays: [String: FloatArray]

    package init(_ arrays: [String: FloatArray]) {
        self.arrays = arrays
    }

    /// The array of a name; one that is missing traps, as a model's weights were checked where they were read.
    subscript(name: String) -> FloatArray {
        guard let array = arrays[name] else { preconditionFailure("no weights are named \(name)") }
        return array
    }
}

/// Numbers with a shape, row-major.
package struct FloatArray: Hashable, Sendable {
    package var shape: [Int]
    package var values: [Float]

    package init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values are no \(shape)")
        self.values = values
        self.shape = shape
    }
}

/// The numbers of a layer in prediction, when batch normalization is part of its convolution.
struct LayerNumbers {
    /// `[O, I, kD, kH, kW]`, and `[I, O, kD, kH, kW]` where transposed.
    var kernel: FloatArray
    /// `[O]`.
    var bias: FloatArray?
    /// The scale and shift `[O]` of an instance normalization.
    var scale: FloatArray?
    var shift: FloatArray?

    /// Folds in float64: what a channel is multiplied by, γ/√(σ² + ε), and then less the mean's part plus β.
    init(_ layer: LayerPlan, _ weights: NetworkWeights) {
        kernel = weights["\(layer.name).conv.weight"]
        bias = layer.hasBias ? weights["\(layer.name).conv.bias"] : nil
        switch layer.normalization {
        case .none: break
        case .instance:
            scale = weights["\(layer.name).norm.weight"]
            shift = weights["\(layer.name).norm.bias"]
        case .batch: fold(layer, weights)
        }
    }

    private mutating func fold(_ layer: LayerPlan, _ weights: NetworkWeights) {
        func norm(_ kind: String) -> [Double] {
            weights["\(layer.name).norm.\(kind)"].values.map(Double.init)
        }
        let (gamma, beta) = (norm("weight"), norm("bias"))
        let (mean, variance) = (norm("running_mean"), norm("running_var"))
        let gains = zip(gamma, variance).map { $0 / ($1 + NetworkGraph.epsilon).squareRoot() }
        let old = bias?.values.map(Double.init) ?? [Double](repeating: 0, count: gains.count)
        bias = FloatArray(
            gains.indices.map { Float(beta[$0] + (old[$0] - mean[$0]) * gains[$0]) },
            shape: [gains.count])
        // Values of one output and one input lie together.
        let inner = layer.kernel.x * layer.kernel.y * layer.kernel.z
        let run = layer.isTransposed ? inner : layer.inputs * inner
        kernel.values = kernel.values.indices.map { index in
            Float(Double(kernel.values[index]) * gains[index / run % layer.outputs])
        }
    }
}

extension NetworkWeights {
    /// The slopes `[C]` of a layer's PReLU.
    func slopes(_ layer: LayerPlan) -> FloatArray { self["\(layer.name).slopes"] }
}

extension LayerPlan {
    /// The zeros at each side that a plain convolution reads along x, y and z: odd kernels see as far to either side,
    /// even ones lie side by side.
    var padding: SIMD3<Int> { isTransposed ? .zero : (kernel &- 1) / 2 &* dilation }
}

extension SIMD3<Int> {
    /// The numbers in the order of the axes of feature maps.
    var zyx: [Int] { [z, y, x] }
}
