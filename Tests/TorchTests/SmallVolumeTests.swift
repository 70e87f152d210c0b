import TestSupport
import Testing

@testable import SegNASTorch

/// Volumes smaller than the kernel, as at the bottom of deep networks.
@TensorActor
@Suite("Convolution of small volumes")
struct SmallVolumeTests {
    /// The gradient of the weight of a convolution.
    private func weightGradient(
        _ size: [Int], kernel: Extent, _ window: ConvolutionWindow, _ dtype: DType
    ) throws -> [Double] {
        let x = try sines([3, 8] + size, phase: 1).cast(to: dtype).laidOut(in: .channelsLast)
        let weight = try sines([16, 8] + kernel.axes, phase: 2).cast(to: dtype)
        try weight.setRequiresGradient(true)
        let y = try x.conv3D(weight: weight, window: window)
        try (y * sines(y.shape, phase: 3).cast(to: dtype)).sum().backward()
        return try #require(try weight.gradient).values
    }

    @Test(
        "bfloat16 gradients of weights are near those of float32",
        arguments: [(3, 1), (5, 1), (3, 2), (5, 2)])
    func weightGradients(_ kernel: Int, _ dilation: Int) throws {
        let kernel = Extent(cube: kernel)
        try compare(kernel, .sameSize(kernel: kernel, dilation: Extent(cube: dilation)))
    }

    /// Those of the levels of networks: strided, flat or both.
    @Test(
        "so are those of strided and flat kernels",
        arguments: [
            (Extent(3, 3, 3), Extent(2, 2, 2)), (Extent(3, 3, 3), Extent(1, 2, 2)),
            (Extent(1, 3, 3), Extent(1, 2, 2)), (Extent(1, 3, 3), Extent(1, 1, 1)),
            (Extent(3, 1, 1), Extent(2, 1, 1)), (Extent(1, 5, 5), Extent(1, 1, 1)),
        ])
    func levels(_ kernel: Extent, _ stride: Extent) throws {
        let padding = Extent(
            (kernel.depth - 1) / 2, (kernel.height - 1) / 2, (kernel.width - 1) / 2)
        try compare(kernel, ConvolutionWindow(stride: stride, padding: padding))
    }

    private func compare(_ kernel: Extent, _ window: ConvolutionWindow) throws {
        for size in [
            [1, 1, 1], [1, 3, 4], [2, 2, 2], [2, 5, 5], [3, 1, 4], [3, 3, 3], [4, 4, 4], [5, 1, 2],
        ] {
            let exact = try weightGradient(size, kernel: kernel, window, .float32)
            let rounded = try weightGradient(size, kernel: kernel, window, .bfloat16)
            #expect(relativeError(rounded, exact) < 0.02, "\(size)")
        }
    }
}
