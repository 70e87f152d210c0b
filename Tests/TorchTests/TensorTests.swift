import TestSupport
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Tensors")
struct TensorTests {
    @Test("elements make the round trip in every type that Swift has")
    func roundTrip() throws {
        #expect(
            try Tensor([1.5, -2, .infinity] as [Float], shape: [3]).array() == [1.5, -2, .infinity]
                as [Float])
        #expect(try Tensor([0.1, 2] as [Double], shape: [2, 1]).array() == [0.1, 2] as [Double])
        #expect(
            try Tensor([.min, .max] as [Int64], shape: [1, 2]).array() == [.min, .max] as [Int64])
        #expect(try Tensor([0, 255] as [UInt8], shape: [2]).array() == [0, 255] as [UInt8])
        #expect(try Tensor([true, false] as [Bool], shape: [2]).array() == [true, false])
        #expect(try Tensor([] as [Float], shape: [0, 3]).array() == [] as [Float])
    }

    @Test("facts")
    func facts() throws {
        let x = try Tensor.zeros([2, 3, 4, 5, 6], dtype: .bfloat16, format: .channelsLast)
        #expect(x.shape == [2, 3, 4, 5, 6])
        #expect((x.rank, x.count, x.dtype, x.device) == (5, 720, .bfloat16, .cpu))
        #expect(x.isLaidOut(in: .channelsLast) && !x.isLaidOut(in: .contiguous))
        #expect("\(x)" == "Tensor bfloat16 [2, 3, 4, 5, 6] on cpu")
    }

    @Test("elements come out row-major whatever the layout")
    func rowMajor() throws {
        let elements = (0..<24).map(Float.init)
        let x = try Tensor(elements, shape: [1, 2, 2, 3, 2]).laidOut(in: .channelsLast)
        #expect(try x.array() == elements)
        let viewed = try x.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(viewed == elements)
        #expect(
            try Tensor(elements, shape: [2, 12]).permuted([1, 0]).sliced(0..<2, along: 0)
                .array() == [0, 12, 1, 13] as [Float])
    }

    @Test("a borrowed buffer is not copied, and is kept until the last view has gone")
    func borrowing() throws {
        final class Buffer {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 64)
            deinit { bytes.deallocate() }
        }
        weak var observed: Buffer?
        var view: Tensor?
        do {
            let buffer = Buffer()
            observed = buffer
            buffer.bytes.bindMemory(to: Float.self).update(repeating: 3)
            let tensor = try Tensor(
                borrowing: buffer.bytes, shape: [2, 2], dtype: .float32, keptBy: buffer)
            view = try tensor.selected(1, along: 0)
            try tensor.assign(Tensor(7 as Float))
            #expect(buffer.bytes.load(as: Float.self) == 7)
        }
        #expect(observed != nil)
        #expect(try view?.array() == [7, 7] as [Float])
        view = nil
        #expect(observed == nil)
    }

    @Test("types of results")
    func types() throws {
        let whole = try Tensor([4, 9] as [Int64], shape: [2])
        #expect(try (whole + 1).array() == [5, 10] as [Int64])
        #expect(try (10 - whole).array() == [6, 1] as [Int64])
        #expect(try (whole * 0.5).dtype == .float32)
        let half = try Tensor.ones([2], dtype: .bfloat16)
        #expect(try (half * 0.1).dtype == .bfloat16)
        #expect(try whole.compare(.greater, 4).array() == [false, true])
        #expect(try whole.compare(.less, .infinity).array() == [true, true])
        #expect(try whole.clamped(min: 5).array() == [5, 9] as [Int64])
        let single = try Tensor([1.0] as [Float], shape: [1])
        #expect(try (single + Tensor([1.0], shape: [1])).dtype == .float64)
    }

    @Test(
        "comparisons",
        arguments: zip(
            ElementComparison.allCases,
            [
                [false, true, false], [true, false, true], [true, false, false],
                [true, true, false],
                [false, false, true], [false, true, true],
            ]))
    func comparisons(_ comparison: ElementComparison, _ expected: [Bool]) throws {
        let a = try Tensor([1, 2, 3] as [Float], shape: [3])
        let b = try Tensor([2, 2, 2] as [Float], shape: [3])
        #expect(try a.compare(comparison, b).array() == expected)
        #expect(try a.compare(comparison, 2).array() == expected)
    }

    @Test("logic")
    func logic() throws {
        let a = try Tensor([true, true, false], shape: [3])
        let b = try Tensor([true, false, false], shape: [3])
        #expect(try a.and(b).array() == [true, false, false])
        #expect(try a.or(b).array() == [true, true, false])
        #expect(try b.not().array() == [false, true, true])
        #expect(try a.any().array() == [true])
        #expect(try a.all().array() == [false])
        let odd = try Tensor([1, .nan, -.infinity] as [Float], shape: [3])
        #expect(try odd.isFinite().array() == [true, false, false])
    }

    @Test("bytes of bools other than 0 and 1 count as true")
    func boolBytes() throws {
        let flags = try [UInt8]([0, 1, 2, 255]).withUnsafeBytes { bytes in
            try Tensor(copying: bytes, shape: [4], dtype: .bool).array(of: Bool.self)
        }
        #expect(flags.map { $0 ? 1 : 0 } == [0, 1, 1, 1])
        #expect(flags[2] == true && flags[3] == flags[1])
    }

    @Test("one-hot and argmax undo each other")
    func oneHot() throws {
        let labels = try Tensor([0, 3, 1, 2, 2, 0] as [UInt8], shape: [2, 1, 3])
        let indicators = try labels.oneHot(classes: 4)
        #expect(indicators.shape == [2, 4, 1, 3])
        #expect(try indicators.sum(over: [1]).values == Array(repeating: 1, count: 6))
        #expect(try indicators.argmax(along: 1).array() == [0, 3, 1, 2, 2, 0] as [Int64])
        #expect(try indicators.argmax(along: 1, keepDimension: true).shape == [2, 1, 1, 3])
    }

    @Test("labels are sampled nearest, in their own type")
    func labelSampling() throws {
        let labels = try Tensor([0, 9] as [UInt8], shape: [1, 1, 1, 1, 2])
        let identity = try Tensor(
            [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as [Float], shape: [1, 3, 4])
        let sampled = try labels.affineSampled(identity, size: Extent(1, 1, 4), .nearest)
        #expect(try sampled.array() == [0, 0, 9, 9] as [UInt8])
    }

    @Test("a tensor may be used after those it came from have gone")
    func lifetimes() throws {
        let x = try Tensor([1, 2, 3] as [Float], shape: [3])
        #expect(try ((x + 1) * (x - 1)).sum().item() == 11)
        let last = try Tensor.stacked([x * 2, x * 3]).selected(1, along: 0)
        #expect(try last.array() == [3, 6, 9] as [Float])
    }
}

/// Volumes smaller than the kernel, as at the bottom of deep networks.
@TensorActor
@Suite("Convolution of small volumes")
struct SmallVolumeTests {
    /// The gradient of the weight of a convolution that keeps the size.
    private func weightGradient(
        _ size: [Int], kernel: Int, dilation: Int, _ dtype: DType
    ) throws -> [Double] {
        let x = try sines([3, 8] + size, phase: 1).cast(to: dtype).laidOut(in: .channelsLast)
        let weight = try sines([16, 8, kernel, kernel, kernel], phase: 2).cast(to: dtype)
        try weight.setRequiresGradient(true)
        let y = try x.conv3D(
            weight: weight,
            window: .sameSize(kernel: Extent(cube: kernel), dilation: Extent(cube: dilation)))
        try (y * sines(y.shape, phase: 3).cast(to: dtype)).sum().backward()
        return try #require(try weight.gradient).values
    }

    @Test(
        "bfloat16 gradients of weights are near those of float32",
        arguments: [(3, 1), (5, 1), (3, 2), (5, 2)])
    func weightGradients(_ kernel: Int, _ dilation: Int) throws {
        for size in [
            [1, 1, 1], [1, 3, 4], [2, 2, 2], [2, 5, 5], [3, 1, 4], [3, 3, 3], [4, 4, 4], [5, 1, 2],
        ] {
            let exact = try weightGradient(size, kernel: kernel, dilation: dilation, .float32)
            let rounded = try weightGradient(size, kernel: kernel, dilation: dilation, .bfloat16)
            #expect(relativeError(rounded, exact) < 0.02, "\(size)")
        }
    }
}
