import TestSupport
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Batches on several devices")
struct ShardingTests {
    /// So many shards; all devices are the CPU, where every copy is made that other devices need.
    private func divided(_ x: Tensor, _ count: Int) throws -> ShardedTensor {
        try ShardedTensor(x, over: Array(repeating: .cpu, count: count))
    }

    private func random(_ shape: [Int], seed: UInt64 = 1, _ type: DType = .float32) throws -> Tensor
    {
        let count = shape.reduce(1, *)
        var state = seed
        let values = (0..<count).map { _ -> Double in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 30) - 1
        }
        let x = try Tensor(values, shape: shape).cast(to: type)
        return shape.count == 5 ? try x.laidOut(in: .channelsLast) : x
    }

    @Test("images are divided as evenly as possible, in order")
    func division() throws {
        #expect(ShardedTensor.lengths(of: 7, over: 3) == [3, 2, 2])
        #expect(ShardedTensor.lengths(of: 3, over: 3) == [1, 1, 1])
        let x = try random([5, 2])
        let shards = try divided(x, 3)
        #expect(shards.shards.map(\.shape) == [[2, 2], [2, 2], [1, 2]] && shards.images == 5)
        #expect(try Tensor.gathered(shards.shards).values == x.values)
        #expect(throws: TorchError.operation("shards: 5 images cannot be divided among 6")) {
            try divided(x, 6)
        }
    }

    @Test("devices are named as they are parsed")
    func names() throws {
        #expect(try Device.parse("cpu,cpu,cpu") == [.cpu, .cpu, .cpu])
        #expect(Device.text(naming: [.cpu, .cpu]) == "cpu,cpu")
        #expect(Device.text(naming: [.cuda(0), .cuda(2)]) == "cuda:0,2")
        for wrong in ["cpu,", "cpu,cuda:0", "cuda:0,cpu", "cuda:0,0", ""] {
            #expect(throws: DeviceError.notADevice(wrong)) { try Device.parse(wrong) }
        }
    }

    // MARK: - Batch normalization

    private struct Normalized {
        var output: [Double]
        /// Of the map, the scale and the shift.
        var gradients: [[Double]]
        var running: [[Double]]
    }

    /// Σ of a normalized and rectified map under dropout and a plain one, with all gradients of a weighted sum.
    private func normalize(
        _ x: Tensor, shards: Int, isSynchronized: Bool, momentum: Double = 0.3
    ) throws -> Normalized {
        let x = try x.copy()
        try x.setRequiresGradient(true)
        let channels = x.shape[1]
        // Parameters of bfloat16 maps are float32.
        let type = x.dtype == .float64 ? DType.float64 : .float32
        var norm = BatchNorm3D(
            weight: try random([channels], seed: 2, type),
            bias: try random([channels], seed: 3, type),
            running: try RunningStatistics(
                mean: .full([channels], 0.5, dtype: type),
                variance: .full([channels], 2, dtype: type)),
            momentum: momentum, epsilon: 1e-5)
        norm.isSynchronized = isSynchronized
        for parameter in [norm.weight, norm.bias] { try parameter.setRequiresGradient(true) }
        let maps = try divided(x, shards)
        var term = Summand(maps, norm: .batch(norm), hasReLU: true, slope: 0.1)
        term.isDropped = true
        let keep = try random([x.shape[0], channels], seed: 4, .float32)
        let sum = try Tensor.gathered(
            ShardedTensor.sum([term, Summand(maps)], keep: divided(keep, shards), training: true)
                .shards)
        try (sum * random(x.shape, seed: 5, x.dtype)).sum().backward()
        return Normalized(
            output: try sum.values,
            gradients: try [x, norm.weight, norm.bias].map { try #require(try $0.gradient).values },
            running: try [norm.running.mean.values, norm.running.variance.values])
    }

    @Test(
        "synchronized normalization equals that of the whole batch, forward and backward",
        arguments: [DType.float32, .float64, .bfloat16], [2, 3])
    func synchronized(_ type: DType, _ shards: Int) throws {
        // A mean of several deviations, and a different one in each image.
        let shifts = try Tensor((0..<5).map { Double($0) * 0.7 + 3 }, shape: [5, 1, 1, 1, 1])
        let x = try (random([5, 6, 3, 4, 5], .float64) + shifts).cast(to: type)
            .laidOut(in: .channelsLast)
        let whole = try normalize(x, shards: 1, isSynchronized: true)
        let parts = try normalize(x, shards: shards, isSynchronized: true)
        let tolerances: [DType: Double] = [.float64: 1e-12, .float32: 3e-6, .bfloat16: 2e-2]
        let tolerance = try #require(tolerances[type])
        #expect(relativeError(parts.output, whole.output) < tolerance)
        for (part, whole) in zip(parts.gradients, whole.gradients) {
            #expect(relativeError(part, whole) < tolerance)
        }
        for (part, whole) in zip(parts.running, whole.running) {
            #expect(relativeError(part, whole) < max(1e-12, min(tolerance, 3e-6)))
        }
        // It is not what the devices' own statistics give.
        let apart = try normalize(x, shards: shards, isSynchronized: false)
        #expect(relativeError(apart.output, whole.output) > 0.05)
    }

    /// With one channel of values x over two devices, m = 3, v = 8/3, ŷ = (x − m)/√(v + ε) and L = Σ c·ŷ:
    /// dL/dx = (c − mean(c) − ŷ·mean(c·ŷ)) / √(v + ε).
    @Test("synchronized normalization has the closed form's values and gradients")
    func closedForm() throws {
        let values: [Float] = [1, 3, 5, 1, 3, 5]
        let c = [0.3, -1, 2, 0.5, 0.25, -0.75]
        let x = try Tensor(values, shape: [3, 1, 1, 1, 2]).laidOut(in: .channelsLast)
        try x.setRequiresGradient(true)
        var norm = try BatchNorm3D(1)
        norm.isSynchronized = true
        let sum = try ShardedTensor.sum(
            [Summand(divided(x, 2), norm: .batch(norm))], training: true)
        let y = try Tensor.gathered(sum.shards)
        let seed = try Tensor(c.map { Float($0) }, shape: [3, 1, 1, 1, 2])
        try (y * seed).sum().backward()
        let inverse = 1 / (8.0 / 3 + 1e-5).squareRoot()
        let expected = values.map { (Double($0) - 3) * inverse }
        #expect(relativeError(try y.values, expected) < 1e-6)
        let meanC = c.reduce(0, +) / 6
        let meanCY = zip(c, expected).reduce(0) { $0 + $1.0 * $1.1 } / 6
        let gradient = zip(c, expected).map { ($0 - meanC - $1 * meanCY) * inverse }
        #expect(relativeError(try #require(try x.gradient).values, gradient) < 1e-5)
        // Momentum 0.1 from 0 and 1; the variance of six values, unbiased, is 8/3 · 6/5.
        #expect(abs(try norm.running.mean.values[0] - 0.3) < 1e-6)
        #expect(abs(try norm.running.variance.values[0] - (0.9 + 0.1 * 3.2)) < 1e-6)
    }

    @Test(
        "without synchronization each device's part is normalized alone, and running statistics are their mean"
    )
    func alone() throws {
        let x = try random([5, 4, 3, 4, 5])
        let parts = try normalize(x, shards: 2, isSynchronized: false)
        let first = try normalize(x.sliced(0..<3, along: 0), shards: 1, isSynchronized: false)
        let second = try normalize(x.sliced(3..<5, along: 0), shards: 1, isSynchronized: false)
        // Dropout and the weights of the sum are drawn anew for each call, but begin alike.
        #expect(parts.output.prefix(first.output.count).elementsEqual(first.output))
        for (whole, (a, b)) in zip(parts.running, zip(first.running, second.running)) {
            let mean = zip(a, b).map { 0.6 * $0 + 0.4 * $1 }
            #expect(relativeError(whole, mean) < 1e-6)
        }
    }

    @Test("moments of channels have gradients", arguments: [DType.float32, .float64])
    func moments(_ type: DType) throws {
        let x = try random([2, 3, 2, 2, 3], type)
        try x.setRequiresGradient(true)
        let moments = try x.channelMoments()
        let axes = [0, 2, 3, 4]
        let y = try x.detached().copy()
        try y.setRequiresGradient(true)
        let mean = try y.mean(over: axes)
        let centred = try y - mean.reshaped(to: [1, 3, 1, 1, 1])
        let variance = try (centred * centred).mean(over: axes)
        for (own, reference) in [(moments.mean, mean), (moments.variance, variance)] {
            #expect(relativeError(try own.values, try reference.values) < 1e-6)
        }
        let weights = try random([3], seed: 9, type)
        try (moments.mean * weights + moments.variance * weights * 2.0).sum().backward()
        try (mean * weights + variance * weights * 2.0).sum().backward()
        #expect(
            relativeError(try #require(try x.gradient).values, try #require(try y.gradient).values)
                < 1e-6)
    }

    // MARK: - Dropout and sums

    @Test("an image's dropout does not depend on the number of devices")
    func dropout() throws {
        func factors(_ shards: Int) throws -> [Double] {
            try Device.seed(7)
            let maps = try divided(.zeros([5, 8, 1, 1, 1]), shards)
            return try Tensor.gathered(maps.dropoutFactors(probability: 0.4).shards).values
        }
        let whole = try factors(1)
        #expect(Set(whole).count == 2)
        for shards in [2, 3, 5] { #expect(try factors(shards) == whole) }
    }

    @Test("sums over classes and regions are those of the whole batch, in order")
    func sums() throws {
        let labels = try Tensor((0..<96).map { UInt8($0 * 7 % 4) }, shape: [4, 2, 3, 4])
        let scores = try random([4, 4, 2, 3, 4])
        func classes(_ shards: Int) throws -> [[Double]] {
            let sums = try divided(scores, shards).classSums(
                labels: divided(labels, shards), weights: DeviceConstant([1, 1, 1, 1]), gamma: 0.3,
                minLogarithm: 1e-6)
            return try [sums.common, sums.predicted, sums.actual, sums.cross].map { try $0.values }
        }
        func regions(_ shards: Int) throws -> [[Double]] {
            let sums = try divided(scores, shards).regionSums(
                labels: divided(labels, shards),
                members: DeviceConstant(Array(repeating: 1, count: 16), shape: [4, 4]),
                weights: DeviceConstant(Array(repeating: 1, count: 8), shape: [4, 2]), gamma: 1,
                minLogarithm: 0)
            return try [sums.common, sums.predicted, sums.actual, sums.counted, sums.cross].map {
                try $0.values
            }
        }
        for (whole, parts) in try zip(classes(1) + regions(1), classes(3) + regions(3)) {
            #expect(relativeError(parts, whole) < 1e-6)
        }
    }
}
