import Testing

@testable import SegNASTorch

/// One operation on inputs made by a formula; `Fixtures/operations.py` holds the same cases for PyTorch.
struct OperationCase: Sendable, CustomTestStringConvertible {
    typealias Body = @Sendable ([Tensor]) throws -> Tensor

    var name: String
    var shapes: [[Int]]
    /// Added to the inputs' sines: 1.5 where only positive numbers make sense.
    var shift = 0.0
    var body: Body

    init(_ name: String, _ shapes: [[Int]], shift: Double = 0, _ body: @escaping Body) {
        self.name = name
        self.shapes = shapes
        self.shift = shift
        self.body = body
    }

    var testDescription: String { name }

    func inputs() throws -> [Tensor] {
        try shapes.enumerated().map { index, shape in
            try sines(shape, phase: Double(index) + 0.4, shift: shift)
        }
    }
}

extension OperationCase {
    static let all =
        elementwise + views + reductions + convolutions + flatConvolutions + joinedSums
        + normalizations
        + instanceNormalizations + samplings

    /// Large enough that the kernel is taken apart where the type allows.
    private static func joined(_ name: String, kernel k: Int, dilation: Int = 1) -> OperationCase {
        OperationCase(name, [[1, 2, 2, 2, 4], [1, 1, 4, 4, 8], [2, 3, k, k, k]]) { x in
            try JoinedFeatures(lower: x[0], same: x[1]).conv3D(weight: x[2], dilation: dilation)
        }
    }

    static let elementwise: [OperationCase] = [
        OperationCase("negate", [[2, 3]]) { x in try -x[0] },
        OperationCase("absolute", [[2, 3]]) { x in try x[0].abs() },
        OperationCase("exp", [[2, 3]]) { x in try x[0].exp() },
        OperationCase("log", [[2, 3]], shift: 1.5) { x in try x[0].log() },
        OperationCase("sqrt", [[2, 3]], shift: 1.5) { x in try x[0].sqrt() },
        OperationCase("relu", [[2, 3]]) { x in try x[0].relu() },
        OperationCase("sigmoid", [[2, 3]]) { x in try x[0].sigmoid() },
        OperationCase("add", [[2, 1, 3], [4, 1]]) { x in try x[0] + x[1] },
        OperationCase("subtract", [[2, 1, 3], [4, 1]]) { x in try x[0] - x[1] },
        OperationCase("multiply", [[2, 1, 3], [4, 1]]) { x in try x[0] * x[1] },
        OperationCase("divide", [[2, 1, 3], [4, 1]]) { x in try x[0] / x[1] },
        OperationCase("numbers", [[2, 3]]) { x in
            try 2 / (3 - (x[0] * 0.5 + 1) / 4)
        },
        OperationCase("power of a number", [[2, 3]], shift: 1.5) { x in
            try x[0].power(0.3)
        },
        OperationCase("power", [[2, 3], [3]], shift: 1.5) { x in
            try x[0].power(x[1])
        },
        OperationCase("maximum", [[2, 3], [3]]) { x in try x[0].maximum(x[1]) },
        OperationCase("minimum", [[2, 3], [3]]) { x in try x[0].minimum(x[1]) },
        OperationCase("clamp", [[3, 4]]) { x in
            try x[0].clamped(min: -0.5, max: 0.7)
        },
        OperationCase("where", [[3, 4], [3, 4]]) { x in
            try x[0].replaced(where: x[0].compare(.greater, 0.2), with: x[1])
        },
    ]

    static let views: [OperationCase] = [
        OperationCase("reshape", [[2, 6]]) { x in
            try x[0].reshaped(to: [3, -1])
        },
        OperationCase("permute", [[2, 3, 4]]) { x in
            try x[0].permuted([2, 0, 1])
        },
        OperationCase("slice", [[3, 7]]) { x in
            try x[0].sliced(1..<6, along: -1, step: 2)
        },
        OperationCase("select", [[3, 4]]) { x in
            try x[0].selected(-1, along: 1)
        },
        OperationCase("squeeze", [[3, 1, 4]]) { x in
            try x[0].squeezed(at: 1).unsqueezed(at: 0)
        },
        OperationCase("expand", [[3, 1]]) { x in
            try x[0].expanded(to: [2, 3, 4])
        },
        OperationCase("concatenate", [[2, 3], [2, 2]]) { x in
            try .concatenated(x, along: 1)
        },
        OperationCase("stack", [[2, 3], [2, 3]]) { x in
            try .stacked(x, along: 1)
        },
        OperationCase("pad", [[2, 3]]) { x in
            try x[0].padded([(0, 3), (2, 1)], with: 0.5)
        },
        OperationCase("crop", [[4, 5]]) { x in
            try x[0].padded([(0, 1), (-1, -2)])
        },
    ]

    static let reductions: [OperationCase] = [
        OperationCase("sum", [[2, 3, 4]]) { x in try x[0].sum(over: [0, 2]) },
        OperationCase("mean", [[2, 3, 4]]) { x in
            try x[0].mean(over: [1], keepDimensions: true)
        },
        OperationCase("variance", [[2, 3, 4]]) { x in
            try x[0].variance(over: [0, 2])
        },
        OperationCase("largest", [[2, 3, 4]]) { x in try x[0].max(over: [0, 2]) },
        OperationCase("smallest", [[2, 3, 4]]) { x in try x[0].min(over: [1]) },
        OperationCase("sum of all", [[2, 3]]) { x in try x[0].sum() },
        OperationCase("softmax", [[2, 3, 2]]) { x in try x[0].softmax(along: 1) },
        OperationCase("log-softmax", [[2, 3, 2]]) { x in
            try x[0].logSoftmax(along: 1)
        },
        OperationCase("gather", [[2, 3, 3]]) { x in
            let labels = try Tensor([0, 2, 1, 1, 1, 0] as [Int64], shape: [2, 1, 3])
            return try x[0].gathered(labels, along: 1)
        },
    ]

    static let volume = [1, 2, 3, 4, 5]

    static let convolutions: [OperationCase] = [
        OperationCase("conv 3", [volume, [3, 2, 3, 3, 3], [3]]) { x in
            try x[0].conv3D(weight: x[1], bias: x[2], window: .sameSize(kernel: 3))
        },
        OperationCase("conv 1 without bias", [volume, [3, 2, 1, 1, 1]]) { x in
            try x[0].conv3D(weight: x[1])
        },
        OperationCase("conv 3 dilated", [[1, 2, 5, 7, 6], [2, 2, 3, 3, 3]]) { x in
            try x[0].conv3D(weight: x[1], window: .sameSize(kernel: 3, dilation: 2))
        },
        OperationCase("conv 5", [[1, 1, 5, 6, 7], [2, 1, 5, 5, 5]]) { x in
            try x[0].conv3D(weight: x[1], window: .sameSize(kernel: 5))
        },
        joined("joined conv 1", kernel: 1),
        joined("joined conv 3", kernel: 3),
        joined("joined conv 3 dilated", kernel: 3, dilation: 2),
        joined("joined conv 5", kernel: 5),
        joined("joined conv 5 dilated", kernel: 5, dilation: 2),
        OperationCase("conv uneven", [[2, 2, 5, 4, 7], [3, 2, 1, 3, 5], [3]]) { x in
            let window = ConvolutionWindow(stride: Extent(2, 1, 3), padding: Extent(0, 1, 2))
            return try x[0].conv3D(weight: x[1], bias: x[2], window: window)
        },
        OperationCase("conv transpose 2", [[1, 3, 2, 3, 4], [3, 2, 2, 2, 2], [2]]) { x in
            try x[0].convTranspose3D(
                weight: x[1], bias: x[2], window: ConvolutionWindow(stride: 2))
        },
        OperationCase("conv transpose uneven", [[2, 2, 3, 2, 3], [2, 2, 3, 3, 2]]) { x in
            let window = ConvolutionWindow(
                stride: Extent(2, 2, 1), padding: Extent(1, 1, 0), dilation: Extent(1, 2, 1),
                outputPadding: Extent(1, 0, 0))
            return try x[0].convTranspose3D(weight: x[1], window: window)
        },
    ]

    /// Batch normalization from the running statistics of `running()` in the Python script.
    static func batchNorm(
        _ x: [Tensor], training: Bool
    ) throws -> Tensor {
        let norm = try layer(x[...])
        return try norm(x[0], training: training)
    }

    /// A normalization whose scale and shift are the second and third tensor.
    static func layer(_ x: ArraySlice<Tensor>) throws -> BatchNorm3D {
        let (scale, shift) = (x[x.startIndex + 1], x[x.startIndex + 2])
        // Beside bfloat16 all else is float32, as the layers keep it.
        let dtype = x[x.startIndex].dtype == .bfloat16 ? DType.float32 : x[x.startIndex].dtype
        let running = try RunningStatistics(
            mean: Tensor([0.1, -0.2, 0.3], shape: [3]).cast(to: dtype),
            variance: Tensor([0.9, 1.2, 0.7], shape: [3]).cast(to: dtype))
        return try BatchNorm3D(
            weight: scale.cast(to: dtype), bias: shift.cast(to: dtype), running: running)
    }

    /// Batch normalization and ReLU of the first of three tensors.
    static func rectified(_ x: [Tensor], training: Bool) throws -> Tensor {
        try .sum([Summand(x[0], norm: .batch(layer(x[0...2])), hasReLU: true)], training: training)
    }

    /// A summand whose instance normalization has the second and third tensor as scale and shift.
    static func instance(_ x: ArraySlice<Tensor>, isLeaky: Bool) throws -> Summand<Tensor> {
        let start = x.startIndex
        let dtype = x[start].dtype == .bfloat16 ? DType.float32 : x[start].dtype
        let norm = try InstanceNorm3D(
            weight: x[start + 1].cast(to: dtype), bias: x[start + 2].cast(to: dtype))
        return Summand(x[start], norm: .instance(norm), hasReLU: isLeaky, slope: isLeaky ? 0.01 : 0)
    }

    static func classSums(_ x: Tensor) throws -> Tensor {
        let labels = (0..<48).map { (index: Int) -> UInt8 in
            if index % 11 == 3 { return 255 }
            return UInt8((7 * index + index / 3) % 5)
        }
        let sums = try (x * 4.0).classSums(
            labels: Tensor(labels, shape: [2, 3, 2, 4]),
            weights: Tensor([1, 2, 0.5, 3, 1] as [Float], shape: [5]), gamma: 0.3,
            minLogarithm: 1e-6)
        return try Tensor.concatenated(
            [
                sums.common.reshaped(to: [10]), sums.predicted.reshaped(to: [10]),
                sums.cross.reshaped(to: [1]),
            ], along: 0
        ).cast(to: x.dtype)
    }

    /// Three regions of five labels, one inside of the other; voxels of blocks that are not full.
    static func regionSums(_ x: Tensor) throws -> Tensor {
        let labels = (0..<210).map { (index: Int) -> UInt8 in
            if index % 11 == 3 { return 255 }
            return UInt8((7 * index + index / 3) % 5)
        }
        let sums = try (x * 4.0).regionSums(
            labels: Tensor(labels, shape: [2, 3, 5, 7]),
            members: Tensor(
                [0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0] as [Float], shape: [3, 5]),
            weights: Tensor([1, 2, 0.5, 3, 1, 4] as [Float], shape: [3, 2]), gamma: 0.3,
            minLogarithm: 1e-6)
        return try Tensor.concatenated(
            [
                sums.common.reshaped(to: [6]), sums.predicted.reshaped(to: [6]),
                sums.actual.reshaped(to: [6]), sums.counted.reshaped(to: [2]),
                sums.cross.reshaped(to: [1]),
            ], along: 0
        ).cast(to: x.dtype)
    }

    private static let map = [2, 3, 3, 2, 5]

    static let normalizations: [OperationCase] = [
        OperationCase("batch norm in training", [[2, 3, 3, 2, 5], [3], [3]]) { x in
            try batchNorm(x, training: true)
        },
        OperationCase("batch norm in evaluation", [[2, 3, 3, 2, 5], [3], [3]]) { x in
            try batchNorm(x, training: false)
        },
        OperationCase("batch norm and relu in training", [[2, 3, 3, 2, 5], [3], [3]]) { x in
            try rectified(x, training: true)
        },
        OperationCase("batch norm and relu in evaluation", [[2, 3, 3, 2, 5], [3], [3]]) { x in
            try rectified(x, training: false)
        },
        OperationCase("sum of maps", [map, [3], [3], map, [3], [3], map, map]) { x in
            var summands = try [
                Summand(x[0], norm: .batch(layer(x[0...2])), hasReLU: true),
                Summand(x[3], norm: .batch(layer(x[3...5]))), Summand(x[6]), Summand(x[7]),
            ]
            for index in 0..<3 { summands[index].isDropped = true }
            let keep = try Tensor([1.25, 0, 1.25, 1.25, 1.25, 0] as [Float], shape: [2, 3])
            return try .sum(summands, keep: keep, training: true)
        },
        OperationCase("convolution of a sum", [map, [3], [3], [2, 3, 3, 3, 3]]) { x in
            try rectified(x, training: true).conv3D(
                weight: x[3], window: ConvolutionWindow(padding: 1))
        },
        OperationCase("class sums", [[2, 5, 3, 2, 4]]) { x in try classSums(x[0]) },
        OperationCase("region sums", [[2, 3, 3, 5, 7]]) { x in try regionSums(x[0]) },
        OperationCase("prelu", [[2, 3, 3, 2, 5], [3]]) { x in try x[0].prelu(weight: x[1]) },
        OperationCase("instance norm", [[2, 3, 3, 2, 5], [3], [3]]) { x in
            try x[0].instanceNorm(weight: x[1], bias: x[2])
        },
    ]

    static let samplings: [OperationCase] = [
        OperationCase("max pool", [[1, 2, 5, 4, 7]]) { x in
            try x[0].maxPool3D(size: 2)
        },
        OperationCase("max pool of even extents", [[2, 2, 2, 4, 6]]) { x in
            try x[0].maxPool3D(size: 2)
        },
        OperationCase("max pool of two axes", [[1, 2, 3, 4, 7]]) { x in
            try x[0].maxPool3D(size: Extent(1, 2, 2))
        },
        OperationCase("max pool of one axis", [[2, 2, 4, 3, 5]]) { x in
            try x[0].maxPool3D(size: Extent(2, 1, 1))
        },
        OperationCase("average pool", [[2, 2, 5, 4, 7]]) { x in
            try x[0].averagePool3D(size: 2)
        },
        OperationCase("average pool of two axes", [[1, 2, 3, 4, 7]]) { x in
            try x[0].averagePool3D(size: Extent(1, 2, 2))
        },
        OperationCase("upsample nearest along two axes", [volume]) { x in
            try x[0].upsampled(by: Extent(1, 2, 2))
        },
        OperationCase("max pool overlapping", [[1, 2, 5, 4, 7]]) { x in
            try x[0].maxPool3D(
                size: Extent(3, 2, 3), stride: Extent(2, 1, 2), padding: Extent(1, 0, 1))
        },
        OperationCase("upsample nearest", [volume]) { x in
            try x[0].upsampled(by: 2)
        },
        OperationCase("upsample trilinear", [volume]) { x in
            try x[0].upsampled(by: 2, .trilinear)
        },
        OperationCase("resize nearest", [volume]) { x in
            try x[0].resized(to: Extent(2, 7, 3), .nearest)
        },
        OperationCase("resize trilinear", [volume]) { x in
            try x[0].resized(to: Extent(2, 7, 3), .trilinear)
        },
        OperationCase("resize corners", [volume]) { x in
            try x[0].resized(to: Extent(5, 3, 4), .trilinear, alignCorners: true)
        },
        OperationCase("affine trilinear", [volume]) { x in
            try x[0].affineSampled(matrices(for: x[0]), size: Extent(4, 3, 5), .trilinear)
        },
        OperationCase("affine nearest", [volume]) { x in
            try x[0].affineSampled(matrices(for: x[0]), size: Extent(4, 3, 5), .nearest)
        },
    ]

    /// `theta` of the Python script.
    static func matrices(for x: Tensor) throws -> Tensor {
        let rows = [0.9, -0.2, 0.1, 0.15, 0.3, 0.8, 0.0, -0.1, -0.1, 0.2, 1.1, 0.05]
        return try Tensor(rows, shape: [1, 3, 4])
            .cast(to: x.dtype == .float64 ? .float64 : .float32)
    }
}
