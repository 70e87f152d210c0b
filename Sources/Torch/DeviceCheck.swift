internal import CTorch

/// The operations of networks, losses and optimizers as a device computes them, each compared with libtorch's own
/// operations in float64 on the CPU.
///
/// Results and all gradients are compared, for float32 and bfloat16.
public enum DeviceCheck {
    /// How one operation came out in one type.
    public struct Outcome: Hashable, Codable, Sendable {
        public var operation: String
        /// `float32` or `bfloat16`.
        public var type: String
        /// The largest relative error of a result or a gradient, in the norm of its elements; nil if it failed.
        public var error: Double?
        /// Why the operation failed; nil if it did not.
        public var failure: String?

        /// True if the error is what the type's rounding makes it.
        public var isRight: Bool {
            let tolerance = type == "\(DType.bfloat16)" ? 2e-2 : 1e-4
            return error.map { $0 <= tolerance } ?? false
        }
    }

    /// Computes every operation on a device.
    public static func run(on device: Device) -> [Outcome] {
        CheckedOperation.all.flatMap { operation in
            operation.types.map { outcome(of: operation, dtype: $0, on: device) }
        }
    }

    private static func outcome(
        of operation: CheckedOperation, dtype: DType, on device: Device
    ) -> Outcome {
        var outcome = Outcome(operation: operation.name, type: "\(dtype)")
        do throws(TorchError) {
            let found = try operation.results(of: dtype, in: dtype, on: device)
            let exact = try operation.results(of: dtype, in: .float64, on: .cpu)
            outcome.error = zip(found, exact).map(relativeError).max() ?? 0
        } catch {
            outcome.failure = error.description
        }
        return outcome
    }

    /// ‖values − expected‖ / ‖expected‖; not a number is as far off as can be.
    static func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
        var (difference, norm) = (0.0, Double.leastNormalMagnitude)
        for (value, exact) in zip(values, expected) {
            difference += (value - exact) * (value - exact)
            norm += exact * exact
        }
        let error = (difference / norm).squareRoot()
        return error.isNaN || values.count != expected.count ? .infinity : error
    }
}

/// An operation with random inputs.
struct CheckedOperation: Sendable {
    let name: String
    /// The types that are tested.
    var types: [DType] = [.float32, .bfloat16]
    /// Shapes of inputs `[N, C, D, H, W]` that have the type under test.
    var maps: [[Int]] = [[2, 8, 6, 6, 6]]
    /// Shapes of parameters, which are float32 but no finer than the type under test, to which some are rounded.
    var parameters: [[Int]] = []
    let body: @Sendable (Inputs) throws(TorchError) -> [Tensor]

    /// The inputs on a device, leaves that require gradients.
    struct Inputs {
        let maps: [Tensor]
        let parameters: [Tensor]
        let device: Device
        /// The type of the maps; float64 for what is compared with.
        let dtype: DType

        var x: Tensor { maps[0] }
        /// Parameters in the type of the maps.
        func weight(_ index: Int = 0) throws(TorchError) -> Tensor {
            try parameters[index].cast(to: dtype)
        }
    }

    /// The elements of the results and of all gradients.
    ///
    /// - Parameters:
    ///   - rounding: The type to whose precision the inputs are rounded.
    ///   - dtype: The type in which is computed.
    ///   - device: The device that computes.
    /// - Returns: The elements of each tensor.
    /// - Throws: ``TorchError`` if the device cannot compute it.
    func results(
        of rounding: DType, in dtype: DType, on device: Device
    ) throws(TorchError) -> [[Double]] {
        let isExact = dtype == .float64
        let maps = try leaves(maps, from: 0) { values throws(TorchError) in
            try values.cast(to: rounding).cast(to: dtype).moved(to: device)
                .laidOut(in: .channelsLast)
        }
        let parameters = try leaves(parameters, from: 100) { values throws(TorchError) in
            try values.cast(to: rounding).cast(to: isExact ? .float64 : .float32)
                .moved(to: device)
        }
        let results = try body(
            Inputs(maps: maps, parameters: parameters, device: device, dtype: dtype))
        var total: Tensor?
        for (index, result) in results.enumerated() where result.requiresGradient {
            let exact = try result.cast(to: isExact ? .float64 : .float32)
            let seed = try Self.random(result.shape, seed: UInt64(200 + index))
                .cast(to: exact.dtype).moved(to: device)
            let sum = try (exact * seed).sum()
            total = try total.map { other throws(TorchError) in try other + sum } ?? sum
        }
        try total?.backward()
        var tensors = results
        for leaf in maps + parameters {
            if let gradient = try leaf.gradient { tensors.append(gradient) }
        }
        return try tensors.map { tensor throws(TorchError) in
            try tensor.detached().cast(to: .float64).array(of: Double.self)
        }
    }

    private func leaves(
        _ shapes: [[Int]], from seed: Int, _ place: (Tensor) throws(TorchError) -> Tensor
    ) throws(TorchError) -> [Tensor] {
        try shapes.enumerated().map { index, shape throws(TorchError) in
            let leaf = try place(Self.random(shape, seed: UInt64(seed + index)))
            try leaf.setRequiresGradient(true)
            return leaf
        }
    }

    /// Values drawn from N(0, 1).
    static func random(_ shape: [Int], seed: UInt64) throws(TorchError) -> Tensor {
        try produce { out in withShape(shape) { ct_normal($0, 1, seed, out) } }
    }
}

// MARK: - The operations

extension CheckedOperation {
    /// Everything that networks, losses, optimizers and augmentation are made of.
    static let all = convolutions + sums + grids + losses + optimizers

    private static func convolution(
        _ name: String, inputs: Int = 8, kernel: Int = 3, bias: Bool = false,
        _ window: ConvolutionWindow
    ) -> CheckedOperation {
        CheckedOperation(
            name: name, maps: [[2, inputs, 6, 6, 6]],
            parameters: [[16, inputs, kernel, kernel, kernel]] + (bias ? [[16]] : [])
        ) { it throws(TorchError) in
            [
                try it.x.conv3D(
                    weight: it.weight(), bias: bias ? it.weight(1) : nil, window: window)
            ]
        }
    }

    private static func joinedConvolution(_ name: String, dilation: Int) -> CheckedOperation {
        CheckedOperation(
            name: name, maps: [[2, 8, 4, 4, 4], [2, 4, 8, 8, 8]], parameters: [[8, 12, 3, 3, 3]]
        ) { it throws(TorchError) in
            [
                try JoinedFeatures(lower: it.maps[0], same: it.maps[1])
                    .conv3D(weight: it.parameters[0], dilation: dilation)
            ]
        }
    }

    private static let convolutions = [
        convolution("convolution", .sameSize(kernel: 3)),
        convolution("convolution of one channel", inputs: 1, .sameSize(kernel: 3)),
        convolution("convolution 5x5x5", kernel: 5, .sameSize(kernel: 5)),
        convolution("dilated convolution", .sameSize(kernel: 3, dilation: 2)),
        convolution("convolution 1x1x1", kernel: 1, bias: true, ConvolutionWindow()),
        convolution("strided convolution", bias: true, ConvolutionWindow(stride: 2, padding: 1)),
        CheckedOperation(
            name: "transposed convolution", parameters: [[8, 4, 2, 2, 2], [4]]
        ) { it throws(TorchError) in
            [
                try it.x.convTranspose3D(
                    weight: it.weight(), bias: it.weight(1), window: ConvolutionWindow(stride: 2))
            ]
        },
        joinedConvolution("convolution of joined maps", dilation: 1),
        joinedConvolution("dilated convolution of joined maps", dilation: 2),
    ]

    private static let sums = [
        CheckedOperation(
            name: "sum of batch norms", maps: [[2, 8, 6, 6, 6], [2, 8, 6, 6, 6]],
            parameters: [[8], [8], [8], [8]]
        ) { it throws(TorchError) in
            let norms = try [it.batchNorm(0), it.batchNorm(2)]
            let keep = try Tensor((0..<16).map { Float($0 % 4) / 2 }, shape: [2, 8])
                .cast(to: it.parameters[0].dtype).moved(to: it.device)
            let sum = try Tensor.sum(
                [
                    Summand(it.maps[0], norm: .batch(norms[0]), hasReLU: true).dropped(),
                    Summand(it.maps[1], norm: .batch(norms[1]), hasReLU: true),
                ], keep: keep, training: true)
            return [sum] + norms.flatMap { [$0.running.mean, $0.running.variance] }
        },
        CheckedOperation(name: "batch norm in prediction", parameters: [[8], [8]]) {
            it throws(TorchError) in
            let norm = try it.batchNorm(0)
            return try withoutGradients { () throws(TorchError) in
                [
                    try Tensor.sum(
                        [Summand(it.x, norm: .batch(norm), hasReLU: true)], training: false)
                ]
            }
        },
        CheckedOperation(name: "instance norm", parameters: [[8], [8]]) { it throws(TorchError) in
            let norm = InstanceNorm3D(weight: it.parameters[0], bias: it.parameters[1])
            return [
                try Tensor.sum(
                    [Summand(it.x, norm: .instance(norm))], training: true, slope: 1)
            ]
        },
        CheckedOperation(name: "PReLU", parameters: [[8]]) { it throws(TorchError) in
            [try it.x.prelu(weight: it.weight())]
        },
    ]

    private static let grids = [
        CheckedOperation(name: "max pooling") { it throws(TorchError) in
            [try it.x.maxPool3D(size: 2)]
        },
        CheckedOperation(name: "max pooling of odd maps", maps: [[2, 8, 5, 6, 7]]) {
            it throws(TorchError) in
            [try it.x.maxPool3D(size: 2)]
        },
        CheckedOperation(name: "average pooling") { it throws(TorchError) in
            [try it.x.averagePool3D(size: 2)]
        },
        CheckedOperation(name: "nearest upsampling") { it throws(TorchError) in
            [try it.x.upsampled(by: 2)]
        },
        CheckedOperation(name: "trilinear upsampling") { it throws(TorchError) in
            [try it.x.upsampled(by: 2, .trilinear)]
        },
        CheckedOperation(
            name: "concatenation", maps: [[2, 8, 6, 6, 6], [2, 4, 6, 6, 6]]
        ) { it throws(TorchError) in [try .concatenated(it.maps, along: 1)] },
        CheckedOperation(name: "warp", types: [.float32], maps: []) { it throws(TorchError) in
            let warp = Warp(rows: [[0.9, 0.1, 0, 0.3], [-0.1, 0.9, 0.1, 0], [0, 0, 1.1, -0.4]])
            // Images are float32 in the reference, too: it is the CPU's other way to warp.
            let images = try random([2, 1, 6, 7, 8], seed: 300).moved(to: it.device)
            let warps = [warp, .identity]
            return try it.dtype == .float64
                ? [images.warped(by: warps, labels: nil, method: .composed).images]
                : [images.warped(by: warps, labels: nil).images]
        },
    ]

    private static let losses = [
        CheckedOperation(name: "softmax") { it throws(TorchError) in
            [try it.x.softmax(along: 1), try it.x.logSoftmax(along: 1), try it.x.sigmoid()]
        },
        CheckedOperation(name: "largest class") { it throws(TorchError) in
            [try it.x.argmax(along: 1).cast(to: .float32)]
        },
        CheckedOperation(name: "sums of classes") { it throws(TorchError) in
            let weights = try Tensor((1...8).map { Float($0) / 4 }, shape: [8])
            let sums = try it.x.classSums(
                labels: labels(it), weights: weights.moved(to: it.device), gamma: 0.3,
                minLogarithm: 1e-6)
            return [sums.common, sums.predicted, sums.actual, sums.cross]
        },
        CheckedOperation(name: "sums of regions", maps: [[2, 3, 6, 6, 6]]) {
            it throws(TorchError) in
            let members = try Tensor(
                (0..<24).map { Float($0 % 3 == 0 ? 1 : 0) }, shape: [3, 8])
            let weights = try Tensor([1, 2, 0.5, 1.5, 1, 3] as [Float], shape: [3, 2])
            let sums = try it.x.regionSums(
                labels: labels(it), members: members.moved(to: it.device),
                weights: weights.moved(to: it.device), gamma: 0.3, minLogarithm: 1e-6)
            return [sums.common, sums.predicted, sums.actual, sums.counted, sums.cross]
        },
    ]

    /// Labels 0 to 7 and some to ignore, `[2, 6, 6, 6]`.
    private static func labels(_ inputs: Inputs) throws(TorchError) -> Tensor {
        let labels = (0..<432).map { $0 % 11 == 0 ? Tensor.ignoredLabel : UInt8($0 * 7 % 8) }
        return try Tensor(labels, shape: [2, 6, 6, 6]).moved(to: inputs.device)
    }

    private static let optimizers = [
        ("Nadam", OptimizationMethod.nadam()), ("Adam", .adam()), ("SGD", .sgd()),
    ].map { name, method in
        CheckedOperation(name: name, types: [.float32], maps: [], parameters: [[40, 30]]) {
            it throws(TorchError) in
            let parameter = it.parameters[0]
            var parameters = NamedTensors()
            parameters.add(parameter, named: "parameter")
            let optimizer = try Optimizer(parameters, method, learningRate: 0.01)
            for _ in 0..<3 {
                try optimizer.clearGradients()
                try (parameter * parameter * parameter).sum().backward()
                try optimizer.step()
            }
            return [try parameter.detached().copy()]
        }
    }
}

extension CheckedOperation.Inputs {
    /// A batch norm of two parameters, with running statistics of its own.
    fileprivate func batchNorm(_ first: Int) throws(TorchError) -> BatchNorm3D {
        let dtype = parameters[first].dtype
        return BatchNorm3D(
            weight: parameters[first], bias: parameters[first + 1],
            running: RunningStatistics(
                mean: try .zeros([8], dtype: dtype, device: device),
                variance: try .ones([8], dtype: dtype, device: device)))
    }
}

extension Summand {
    fileprivate func dropped() -> Summand {
        var summand = self
        summand.isDropped = true
        return summand
    }
}
