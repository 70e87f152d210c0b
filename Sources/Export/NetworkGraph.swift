package import SegNASSearch

/// The operations of a network in prediction, in the order in which they run.
///
/// All formats in which networks are exported are written from it, so that they compute the same. Operations read
/// feature maps `[N, C, D, H, W]` whose D, H and W the poolings divide.
///
/// ```swift
/// let graph = NetworkGraph(try NetworkPlan(.unet3d, channels: 1, classes: 3))
/// print(graph.steps.count, graph.steps[graph.scores].operation)
/// ```
package struct NetworkGraph: Sendable {
    package let plan: NetworkPlan
    package let steps: [Step]
    /// The step that gives the scores `[N, classes, D, H, W]`.
    package let scores: Int

    /// A feature map: the image, or the result of a step.
    package enum Value: Hashable, Sendable {
        case image
        case step(Int)
    }

    package struct Step: Sendable {
        /// Dotted, as layers are named; no two steps have the same.
        package let name: String
        package let operation: Operation
        package let inputs: [Value]
    }

    package enum Operation: Hashable, Sendable {
        /// Convolution, normalization and activation.
        case layer(LayerPlan)
        /// The sum of all inputs.
        case sum
        /// The channels of all inputs, one after the other.
        case concatenation
        /// The largest value of boxes that lie side by side, along x, y and z.
        case maxPooling(SIMD3<Int>)
        /// The mean of boxes that lie side by side.
        case averagePooling(SIMD3<Int>)
        /// Each voxel repeated along x, y and z.
        case enlargement(SIMD3<Int>)
        /// The first so many channels of the input repeated endlessly; it has `of` of them.
        case repetition(channels: Int, of: Int)
        /// The activation of a layer by itself.
        case activation(LayerPlan)
    }

    package init(_ plan: NetworkPlan) {
        var builder = Builder()
        let scores: Value
        switch plan.family {
        case .segnas(let plan): scores = builder.add(plan)
        case .unet3d(let plan): scores = builder.add(plan)
        case .vnet(let family): scores = builder.add(family, channels: plan.channels)
        case .nnunet(let plan): scores = builder.add(plan)
        }
        guard case .step(let last) = scores else { preconditionFailure("a network of no layers") }
        self.plan = plan
        self.scores = last
        steps = builder.steps
    }

    /// The name of the scores, where each step is given a name.
    ///
    /// - Parameters:
    ///   - image: The name of the image, padded to a multiple of ``unit``.
    ///   - add: Names the result of a step whose inputs have these names.
    /// - Returns: The name of the result that gives the scores.
    func named(_ image: String, _ add: (Step, _ inputs: [String]) -> String) -> String {
        var results: [String] = []
        for step in steps {
            let inputs = step.inputs.map { input in
                switch input {
                case .image: image
                case .step(let index): results[index]
                }
            }
            results.append(add(step, inputs))
        }
        return results[scores]
    }

    /// Voxels along x, y and z of which the size of feature maps at the top must be a multiple.
    package var unit: SIMD3<Int> { plan.levels.unit }

    /// The negative slope of a leaky ReLU.
    package static let leakySlope: Float = 0.01
    /// What normalizations add to a variance.
    package static let epsilon = 1e-5
}

extension NetworkGraph {
    /// Adds steps one after the other.
    struct Builder {
        private(set) var steps: [Step] = []

        mutating func add(_ name: String, _ operation: Operation, _ inputs: Value...) -> Value {
            add(name, operation, inputs)
        }

        mutating func add(_ name: String, _ operation: Operation, _ inputs: [Value]) -> Value {
            steps.append(Step(name: name, operation: operation, inputs: inputs))
            return .step(steps.count - 1)
        }

        mutating func add(_ layer: LayerPlan, _ x: Value) -> Value {
            add(layer.name, .layer(layer), x)
        }

        mutating func add(_ layers: some Sequence<LayerPlan>, _ x: Value) -> Value {
            layers.reduce(x) { add($1, $0) }
        }

        /// The sum of values; a single one stays as it is.
        mutating func sum(_ values: [Value], _ name: String) -> Value {
            values.count == 1 ? values[0] : add(name, .sum, values)
        }
    }
}
