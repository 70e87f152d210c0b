import SegNASTorch

/// What networks with levels that halve some axes are made of, and nnU-Net's networks.
extension OperationCase {
    private static let odd = [2, 2, 3, 5, 7]
    private static let twoAxes = Extent(1, 2, 2)

    static let flatConvolutions: [OperationCase] = [
        OperationCase("conv strided", [odd, [3, 2, 3, 3, 3], [3]]) { x in
            try convolved(x, ConvolutionWindow(stride: 2, padding: 1))
        },
        OperationCase("conv strided along two axes", [odd, [3, 2, 3, 3, 3], [3]]) { x in
            try convolved(x, ConvolutionWindow(stride: twoAxes, padding: 1))
        },
        OperationCase("conv flat", [odd, [3, 2, 1, 3, 3], [3]]) { x in
            try convolved(x, .sameSize(kernel: Extent(1, 3, 3)))
        },
        OperationCase("conv flat and strided", [odd, [3, 2, 1, 3, 3], [3]]) { x in
            try convolved(x, ConvolutionWindow(stride: twoAxes, padding: Extent(0, 1, 1)))
        },
        OperationCase("conv 2 strided along two axes", [odd, [3, 2, 1, 2, 2]]) { x in
            try x[0].conv3D(weight: x[1], window: ConvolutionWindow(stride: twoAxes))
        },
        OperationCase(
            "conv transpose along two axes", [[2, 3, 3, 2, 5], [3, 2, 1, 2, 2], [2]]
        ) { x in try enlarged(x, by: twoAxes) },
        OperationCase(
            "conv transpose along one axis", [[1, 3, 3, 2, 5], [3, 2, 2, 1, 1], [2]]
        ) { x in try enlarged(x, by: Extent(2, 1, 1)) },
        joined("joined conv along two axes", [4, 2, 4], [4, 4, 8], kernel: [3, 3, 3]),
        joined("joined conv along two axes, flat", [3, 2, 4], [3, 4, 8], kernel: [1, 3, 3]),
        joined("joined conv, flat", [2, 2, 4], [4, 4, 8], kernel: [3, 3, 1]),
        joined(
            "joined conv, flat and dilated", [3, 5, 4], [3, 5, 8], kernel: [1, 3, 3], dilation: 2),
    ]

    static let joinedSums: [OperationCase] = [
        joinedSum("sum of joined maps", [2, 3, 2], [4, 6, 4]),
        joinedSum("sum of joined maps along two axes", [3, 2, 2], [3, 4, 4]),
    ]

    private static func joinedSum(
        _ name: String, _ low: [Int], _ same: [Int]
    ) -> OperationCase {
        OperationCase(name, [[2, 3] + low, [2, 3] + same]) { x in
            try JoinedFeatures(lower: x[0], same: x[1]).sum()
        }
    }

    private static func convolved(
        _ x: [Tensor], _ window: ConvolutionWindow
    ) throws -> Tensor {
        try x[0].conv3D(weight: x[1], bias: x[2], window: window)
    }

    private static func enlarged(_ x: [Tensor], by stride: Extent) throws -> Tensor {
        try x[0].convTranspose3D(
            weight: x[1], bias: x[2], window: ConvolutionWindow(stride: stride))
    }

    private static func joined(
        _ name: String, _ low: [Int], _ same: [Int], kernel: [Int], dilation: Int = 1
    ) -> OperationCase {
        OperationCase(name, [[1, 2] + low, [1, 1] + same, [2, 3] + kernel]) { x in
            try JoinedFeatures(lower: x[0], same: x[1]).conv3D(weight: x[2], dilation: dilation)
        }
    }

    private static let map = [2, 3, 3, 2, 5]

    static let instanceNormalizations: [OperationCase] = [
        OperationCase("instance norm and leaky relu", [map, [3], [3]]) { x in
            try .sum([instance(x[...], isLeaky: true)], training: true)
        },
        OperationCase("sum of instance norms", [map, [3], [3], map, [3], [3]]) { x in
            var first = try instance(x[0...2], isLeaky: true)
            first.isDropped = true
            let keep = try Tensor([1.25, 0, 1.25, 1.25, 1.25, 0] as [Float], shape: [2, 3])
            return try .sum(
                [first, instance(x[3...5], isLeaky: false)], keep: keep, training: false)
        },
        OperationCase("leaky relu of a sum", [map, [3], [3], map]) { x in try leakySum(x) },
        OperationCase("convolution of an instance norm", [map, [3], [3], [2, 3, 3, 3, 3]]) { x in
            try Tensor.sum([instance(x[0...2], isLeaky: true)], training: true).conv3D(
                weight: x[3], window: ConvolutionWindow(padding: 1))
        },
        OperationCase(
            "convolution of a leaky relu of a sum", [map, [3], [3], map, [2, 3, 3, 3, 3]]
        ) { x in
            try leakySum(x).conv3D(weight: x[4], window: ConvolutionWindow(padding: 1))
        },
    ]

    private static func leakySum(_ x: [Tensor]) throws -> Tensor {
        try .sum([instance(x[0...2], isLeaky: false), Summand(x[3])], training: true, slope: 0.01)
    }
}
