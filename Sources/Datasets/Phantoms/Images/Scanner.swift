internal import SegNASRandomness

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one scan does to the intensities of tissues: how bright, how blurred, how noisy.
struct Scanner {
    /// Stored value of an intensity of 1.
    private let gain: Float
    /// Standard deviation of the blur in voxels.
    private let blur: Float
    /// Standard deviation of the noise of each of the two channels that a scanner measures.
    private let noise: Float

    init(using generator: inout SeededGenerator) {
        gain = Float.random(in: 500...1500, using: &generator)
        blur = Float.random(in: 0.45...0.75, using: &generator)
        noise = Float.random(in: 0.02...0.05, using: &generator)
    }

    /// The intensities of a row's voxels under its bias, before blur and noise.
    func expose(
        _ row: VoxelRow, _ tissues: TissueIntensities,
        into intensities: UnsafeMutablePointer<Float>, using generator: inout SeededGenerator
    ) {
        for voxel in 0..<row.count {
            let tissue = Int(row.tissue[voxel])
            let deviation = tissues.deviations[tissue]
            let texture = deviation > 0 ? deviation * Polar(using: &generator).real : 0
            intensities[voxel] = (tissues.means[tissue] + texture) * exp(row.gain[voxel])
        }
    }

    /// The image that is stored: blurred, then measured with Rician noise.
    ///
    /// Gudbjartsson & Patz 1995, "The Rician distribution of noisy MRI data", doi:10.1002/mrm.1910340618.
    func develop(
        _ intensities: inout [Float], size: SIMD3<Int>,
        into image: UnsafeMutableBufferPointer<Int16>, using generator: inout SeededGenerator
    ) {
        Blur.apply(blur, to: &intensities, size: size)
        for voxel in 0..<image.count {
            let draw = Polar(using: &generator)
            let real = intensities[voxel] + noise * draw.real
            let magnitude = (real * real + noise * noise * draw.squaredImaginary).squareRoot()
            image[voxel] = Int16(min(gain * magnitude + 0.5, 32_767))
        }
    }
}

/// A pair of independent standard normal draws (Box & Muller), in single precision: noise needs no more.
private struct Polar {
    var real: Float
    var squaredImaginary: Float

    @inline(__always)
    init(using generator: inout SeededGenerator) {
        let bits = generator.next()
        // Both from 24 bits; the first is never 0.
        let uniform = Float((bits >> 40) + 1) * 0x1p-24
        let square = -2 * log(uniform)
        let cosine = cos(Float(bits & 0xFF_FFFF) * (0x1p-23 * .pi))
        real = square.squareRoot() * cosine
        squaredImaginary = square * (1 - cosine * cosine)
    }
}
