import TestSupport
import Testing

@testable import SegNASTorch

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
