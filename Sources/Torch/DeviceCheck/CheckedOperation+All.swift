extension CheckedOperation {
    /// Everything that networks, losses, optimizers and augmentation are made of.
    static let all = convolutions + sums + grids + losses + optimizers

    private static func convolution(
        _ name: String, of map: [Int] = [2, 8, 6, 6, 6], outputs: Int = 16, kernel: Int = 3,
        bias: Bool = false, format: MemoryFormat = .channelsLast, _ window: ConvolutionWindow
    ) -> CheckedOperation {
        CheckedOperation(
            name: name, maps: [map],
            parameters: [[outputs, map[1], kernel, kernel, kernel]] + (bias ? [[outputs]] : []),
            format: format
        ) { it throws(TorchError) in
            [
                try it.x.conv3D(
                    weight: it.weight(), bias: bias ? it.weight(1) : nil, window: window)
            ]
        }
    }

    private static func joinedConvolution(
        _ name: String, kernel k: Int = 3, dilation: Int = 1,
        low: [Int] = [2, 8, 4, 4, 4], channels: Int = 4, outputs: Int = 8
    ) -> CheckedOperation {
        CheckedOperation(
            name: name, maps: [low, [low[0], channels] + low.dropFirst(2).map { 2 * $0 }],
            parameters: [[outputs, low[1] + channels, k, k, k]]
        ) { it throws(TorchError) in
            [
                try JoinedFeatures(lower: it.maps[0], same: it.maps[1])
                    .conv3D(weight: it.parameters[0], dilation: dilation)
            ]
        }
    }

    private static let convolutions = [
        convolution("convolution", .sameSize(kernel: 3)),
        convolution("convolution of one channel", of: [2, 1, 6, 6, 6], .sameSize(kernel: 3)),
        convolution(
            "convolution in the standard layout", format: .contiguous, .sameSize(kernel: 3)),
        convolution(
            "convolution of one voxel", of: [1, 16, 1, 1, 1], outputs: 8, .sameSize(kernel: 3)),
        convolution(
            "convolution of 3 channels to 21", of: [3, 3, 3, 5, 7], outputs: 21,
            .sameSize(kernel: 3)),
        convolution(
            "convolution of 24 channels", of: [3, 24, 5, 9, 17], outputs: 24,
            .sameSize(kernel: 3)),
        convolution(
            "convolution of 24 channels to 32", of: [1, 24, 6, 7, 18], outputs: 32,
            .sameSize(kernel: 3)),
        convolution(
            "convolution of large maps", of: [2, 16, 9, 9, 33], outputs: 26,
            .sameSize(kernel: 3)),
        convolution(
            "convolution of 37 large maps", of: [1, 37, 16, 33, 32], outputs: 42,
            .sameSize(kernel: 3)),
        convolution(
            "dilated convolution of 13 channels", of: [1, 13, 5, 7, 35], outputs: 21,
            .sameSize(kernel: 3, dilation: 2)),
        convolution(
            "dilated convolution 5x5x5", of: [1, 16, 9, 7, 17], outputs: 26, kernel: 5,
            .sameSize(kernel: 5, dilation: 2)),
        convolution(
            "convolution 5x5x5 of 24 channels", of: [1, 24, 5, 7, 17], outputs: 24, kernel: 5,
            .sameSize(kernel: 5)),
        convolution(
            "convolution 5x5x5 of 3 channels to 24", of: [2, 3, 5, 6, 7], outputs: 24, kernel: 5,
            .sameSize(kernel: 5)),
        convolution(
            "convolution 5x5x5 of 24 channels to 32", of: [1, 24, 5, 5, 6], outputs: 32,
            kernel: 5, .sameSize(kernel: 5)),
        convolution("convolution 5x5x5", kernel: 5, .sameSize(kernel: 5)),
        convolution("dilated convolution", .sameSize(kernel: 3, dilation: 2)),
        convolution("convolution 1x1x1", kernel: 1, bias: true, ConvolutionWindow()),
        convolution(
            "convolution 1x1x1 of one channel", of: [3, 1, 5, 9, 17], outputs: 21, kernel: 1,
            ConvolutionWindow()),
        convolution(
            "convolution 1x1x1 of 32 channels", of: [2, 32, 5, 9, 17], outputs: 27, kernel: 1,
            bias: true, ConvolutionWindow()),
        convolution(
            "convolution 1x1x1 of large maps", of: [2, 16, 17, 19, 33], outputs: 20, kernel: 1,
            bias: true, ConvolutionWindow()),
        convolution("strided convolution", bias: true, ConvolutionWindow(stride: 2, padding: 1)),
        CheckedOperation(
            name: "transposed convolution", parameters: [[8, 4, 2, 2, 2], [4]]
        ) { it throws(TorchError) in
            [
                try it.x.convTranspose3D(
                    weight: it.weight(), bias: it.weight(1), window: ConvolutionWindow(stride: 2))
            ]
        },
        joinedConvolution("convolution of joined maps"),
        joinedConvolution("convolution 5x5x5 of joined maps", kernel: 5),
        joinedConvolution("dilated convolution of joined maps", dilation: 2),
        joinedConvolution(
            "convolution of joined maps of odd shapes", low: [1, 5, 3, 4, 5], channels: 2,
            outputs: 3),
        joinedConvolution(
            "dilated convolution of joined maps of odd shapes", dilation: 2, low: [1, 5, 3, 4, 5],
            channels: 2, outputs: 3),
    ]

    private static func joinedSum(
        _ name: String, low: [Int] = [2, 8, 4, 4, 4], same: [Int] = [2, 8, 8, 8, 8]
    ) -> CheckedOperation {
        CheckedOperation(name: name, maps: [low, same]) { it throws(TorchError) in
            [try JoinedFeatures(lower: it.maps[0], same: it.maps[1]).sum()]
        }
    }

    /// Two maps, normalized over the batch and rectified, one of them under dropout.
    private static func batchNorms(_ name: String, of shape: [Int]) -> CheckedOperation {
        let (images, channels) = (shape[0], shape[1])
        return CheckedOperation(
            name: name, maps: [shape, shape], parameters: Array(repeating: [channels], count: 4)
        ) { it throws(TorchError) in
            let norms = try [it.batchNorm(0), it.batchNorm(2)]
            let sum = try Tensor.sum(
                [
                    Summand(it.maps[0], norm: .batch(norms[0]), hasReLU: true).dropped(),
                    Summand(it.maps[1], norm: .batch(norms[1]), hasReLU: true),
                ], keep: it.keep(images, channels), training: true)
            return [sum] + norms.flatMap { [$0.running.mean, $0.running.variance] }
        }
    }

    private static let sums = [
        batchNorms("sum of batch norms", of: [2, 8, 6, 6, 6]),
        batchNorms("sum of batch norms of 3 channels", of: [2, 3, 3, 2, 5]),
        batchNorms("sum of batch norms of 21 channels", of: [2, 21, 4, 6, 8]),
        batchNorms("sum of batch norms of 301 channels", of: [2, 301, 1, 2, 3]),
        batchNorms("sum of batch norms of large maps", of: [1, 16, 24, 20, 12]),
        CheckedOperation(
            name: "sum of leaky instance norms and a map",
            maps: [[2, 5, 3, 4, 5], [2, 5, 3, 4, 5], [2, 5, 3, 4, 5]],
            parameters: [[5], [5], [5], [5]]
        ) { it throws(TorchError) in
            let norms = [0, 2].map {
                InstanceNorm3D(weight: it.parameters[$0], bias: it.parameters[$0 + 1])
            }
            return [
                try Tensor.sum(
                    [
                        Summand(it.maps[0], norm: .instance(norms[0]), hasReLU: true, slope: 0.01),
                        Summand(it.maps[1], norm: .instance(norms[1])).dropped(),
                        Summand(it.maps[2]).dropped(),
                    ], keep: it.keep(2, 5), training: true, slope: 0.01)
            ]
        },
        CheckedOperation(name: "moments of channels", maps: [[2, 5, 4, 3, 7]]) {
            it throws(TorchError) in
            let moments = try it.x.channelMoments()
            return [moments.mean, moments.variance]
        },
        CheckedOperation(
            name: "batch norm by given moments", parameters: [[8], [8], [8], [8]]
        ) { it throws(TorchError) in
            var summand = Summand(it.x, norm: .batch(try it.batchNorm(0)), hasReLU: true)
            summand.moments = ChannelMoments(
                mean: it.parameters[2], variance: try it.parameters[3].exp())
            return [try .sum([summand], training: true)]
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
        CheckedOperation(name: "max pooling of 3 channels", maps: [[2, 3, 4, 2, 6]]) {
            it throws(TorchError) in
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
        joinedSum("sum of joined maps"),
        joinedSum(
            "sum of joined maps halved along two axes", low: [2, 5, 4, 3, 2], same: [2, 5, 4, 6, 4]),
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

    private static func classSums(
        _ name: String, of shape: [Int], _ format: MemoryFormat = .channelsLast
    ) -> CheckedOperation {
        CheckedOperation(name: name, maps: [shape], format: format) { it throws(TorchError) in
            let weights = try Tensor((1...shape[1]).map { Float($0 % 8) / 4 }, shape: [shape[1]])
            let sums = try it.x.classSums(
                labels: labels(it, classes: shape[1]), weights: weights.moved(to: it.device),
                gamma: 0.3, minLogarithm: 1e-6)
            return [sums.common, sums.predicted, sums.actual, sums.cross]
        }
    }

    private static let losses = [
        CheckedOperation(name: "softmax") { it throws(TorchError) in
            [try it.x.softmax(along: 1), try it.x.logSoftmax(along: 1), try it.x.sigmoid()]
        },
        CheckedOperation(name: "largest class") { it throws(TorchError) in
            [try it.x.argmax(along: 1).cast(to: .float32)]
        },
        classSums("sums of classes", of: [2, 8, 6, 6, 6]),
        classSums("sums of classes in the standard layout", of: [2, 8, 6, 6, 6], .contiguous),
        classSums("sums of 20 classes of large maps", of: [2, 20, 16, 17, 20]),
        classSums("sums of 150 classes", of: [1, 150, 3, 5, 5]),
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

    /// Labels of all classes and some to ignore, `[N, D, H, W]`.
    private static func labels(_ inputs: Inputs, classes: Int = 8) throws(TorchError) -> Tensor {
        let shape = [inputs.x.shape[0]] + inputs.x.shape.dropFirst(2)
        let labels = (0..<shape.reduce(1, *)).map {
            $0 % 11 == 0 ? Tensor.ignoredLabel : UInt8($0 * 7 % classes)
        }
        return try Tensor(labels, shape: shape).moved(to: inputs.device)
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
                mean: try .zeros(parameters[first].shape, dtype: dtype, device: device),
                variance: try .ones(parameters[first].shape, dtype: dtype, device: device)))
    }

    /// Factors of dropout, `[N, C]`.
    fileprivate func keep(_ images: Int, _ channels: Int) throws(TorchError) -> Tensor {
        try Tensor((0..<images * channels).map { Float($0 % 4) / 2 }, shape: [images, channels])
            .cast(to: parameters[0].dtype).moved(to: device)
    }
}

extension Summand {
    fileprivate func dropped() -> Summand {
        var summand = self
        summand.isDropped = true
        return summand
    }
}
