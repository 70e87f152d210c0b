import Foundation
import SegNASRandomness
import Testing

@testable import SegNASTorch

@Suite("Intensities in memory")
struct ChannelMemoryTests {
    /// A volume after a body has changed it.
    private func changed(
        _ values: [Float], _ size: Extent, threads: Int = 1,
        _ body: (ChannelMemory) throws -> Void
    ) throws -> [Float] {
        var values = values
        try values.withUnsafeMutableBufferPointer {
            try body(ChannelMemory(#require($0.baseAddress), size: size, threads: threads))
        }
        return values
    }

    private func noise(_ size: Extent, seed: UInt64 = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<size.volume).map { _ in Float(generator.uniform(in: -2...3)) }
    }

    private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (mean, (squares / Double(values.count)).squareRoot())
    }

    @Test("statistics", arguments: [Extent(1, 1, 3), Extent(7, 9, 11), Extent(32, 32, 33)])
    func statistics(_ size: Extent) throws {
        let values = noise(size).map { $0 + 1000 }
        let (mean, deviation) = moments(values)
        _ = try changed(values, size, threads: 2) { channel in
            let found = try channel.statistics()
            #expect(found.minimum == Double(values.min() ?? 0))
            #expect(found.maximum == Double(values.max() ?? 0))
            #expect(abs(found.mean - mean) < 1e-9 * 1000)
            #expect(abs(found.deviation - deviation) < 1e-9)
        }
    }

    @Test("noise is normal, depends on its seed alone, and on no neighbour")
    func noiseIsNormal() throws {
        let size = Extent(40, 51, 50)
        let zeros = [Float](repeating: 0, count: size.volume)
        let values = try changed(zeros, size) { try $0.addNoise(deviation: 0.5, seed: 9) }
        let (mean, deviation) = moments(values)
        let count = Double(values.count)
        #expect(abs(mean) < 4 * 0.5 / count.squareRoot())
        #expect(abs(deviation - 0.5) < 4 * 0.5 / (2 * count).squareRoot())
        let standard = values.map { Double($0) / 0.5 }
        let kurtosis = standard.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
        #expect(abs(kurtosis - 3) < 4 * (96 / count).squareRoot())
        // N(0, 1) has 68.27 % and 99.73 % within one and three deviations.
        let (within1, within3) = (
            Double(standard.count { abs($0) < 1 }) / count,
            Double(standard.count { abs($0) < 3 }) / count
        )
        #expect(abs(within1 - 0.6827) < 0.006 && abs(within3 - 0.9973) < 0.0008)
        for lag in [1, 2, 64, 128, 256] {
            let products = zip(standard, standard.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(products / count) < 4 / count.squareRoot(), "lag \(lag)")
        }
        let again = try changed(zeros, size, threads: 4) {
            try $0.addNoise(deviation: 0.5, seed: 9)
        }
        #expect(again == values)
        let other = try changed(zeros, size) { try $0.addNoise(deviation: 0.5, seed: 10) }
        #expect(zip(other, values).count { $0 == $1 } < 100)
    }

    @Test("gamma keeps the range and the order, and is a power", arguments: [false, true])
    func gamma(inverted: Bool) throws {
        let size = Extent(5, 6, 7)
        let values = noise(size)
        let (minimum, maximum) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
        for exponent in [0.7, 1, 1.5] {
            let raised = try changed(values, size) {
                try $0.raise(to: exponent, within: minimum...maximum, inverted: inverted)
            }
            #expect(raised.min() == values.min() && raised.max() == values.max())
            for (before, after) in zip(values, raised) {
                let share = (Double(before) - minimum) / (maximum - minimum)
                let expected = inverted ? 1 - pow(1 - share, exponent) : pow(share, exponent)
                let found = (Double(after) - minimum) / (maximum - minimum)
                #expect(abs(found - expected) < 2e-6)
            }
        }
    }

    @Test("a channel of one value stays as it is")
    func constant() throws {
        let size = Extent(3, 3, 3)
        let values = [Float](repeating: 4, count: 27)
        let raised = try changed(values, size) {
            try $0.raise(to: 0.7, within: 4...4, inverted: false)
        }
        #expect(raised == values)
    }

    @Test("blur keeps the mean and spreads by its variance", arguments: ChannelMemory.Axis.allCases)
    func blur(_ axis: ChannelMemory.Axis) throws {
        let size = Extent(31, 33, 35)
        let length = size.axes[axis.rawValue]
        for deviation in [0.5, 1, 2.5] {
            let filter = LineFilter.gaussian(deviation: deviation, length: length)
            let random = noise(size)
            let blurred = try changed(random, size, threads: 2) {
                try $0.filter(along: axis, filter)
            }
            #expect(abs(moments(blurred).mean - moments(random).mean) < 1e-6)
            #expect(moments(blurred).deviation < moments(random).deviation)
            // An impulse in the middle becomes the kernel.
            let steps = [33 * 35, 35, 1]
            let middle = 15 * steps[0] + 16 * steps[1] + 17
            var impulse = [Float](repeating: 0, count: size.volume)
            impulse[middle] = 1
            let kernel = try changed(impulse, size) { try $0.filter(along: axis, filter) }
            let variance = (-15...15).reduce(0.0) { sum, offset in
                let value = kernel[middle + offset * steps[axis.rawValue]]
                return sum + Double(value) * Double(offset * offset)
            }
            // A sampled Gaussian's variance is its own from about one voxel on.
            #expect(abs(variance / (deviation * deviation) - 1) < (deviation < 1 ? 0.2 : 0.01))
        }
    }

    @Test("blur of a line shorter than its kernel")
    func shortLine() throws {
        let values = try changed([0, 0, 6], Extent(1, 1, 3)) {
            try $0.filter(along: .width, .gaussian(deviation: 20, length: 3))
        }
        #expect(values.allSatisfy { abs($0 - 2) < 0.01 })
    }

    /// `torch.nn.functional.interpolate` of [0, 1, 4, 9, 16, 25, 36] to 3 (nearest-exact) and back to 7 (linear).
    @Test("low resolution equals interpolation to fewer voxels and back")
    func coarse() throws {
        let values: [Float] = [0, 1, 4, 9, 16, 25, 36]
        let found = try changed(values, Extent(1, 1, 7)) {
            try $0.filter(along: .width, .coarse(scale: 0.43, length: 7))
        }
        let expected: [Float] = [1, 2.142857, 5.571429, 9, 15.857142, 22.714285, 25]
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(found)")
        let whole = try changed(values, Extent(1, 1, 7)) {
            try $0.filter(along: .width, .coarse(scale: 1, length: 7))
        }
        #expect(whole == values)
        let single = try changed(values, Extent(1, 1, 7)) {
            try $0.filter(along: .width, .coarse(scale: 0.01, length: 7))
        }
        #expect(single == Array(repeating: 9, count: 7))
    }
}
