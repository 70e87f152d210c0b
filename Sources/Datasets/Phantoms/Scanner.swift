internal import Glibc
internal import SegNASRandomness

/// The effect of one scan on the intensities of tissues: gain, blur and noise.
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

/// A Gaussian blur of a volume, for voxels that hold several tissues.
enum Blur {
    /// Blurs along each axis in turn with a standard deviation in voxels; the outermost voxels continue outwards.
    static func apply(_ deviation: Float, to volume: inout [Float], size: SIMD3<Int>) {
        let weights = kernel(deviation)
        var stride = 1
        for axis in 0..<3 {
            blur(&volume, count: size[axis], stride: stride, weights)
            stride *= size[axis]
        }
    }

    /// Weights of a voxel itself and its neighbours at distances 1 and 2.
    private static func kernel(_ deviation: Float) -> SIMD3<Float> {
        let weights = SIMD3<Float>(
            1, exp(-0.5 / (deviation * deviation)), exp(-2 / (deviation * deviation)))
        return weights / (weights[0] + 2 * weights[1] + 2 * weights[2])
    }

    /// Blurs along an axis of `count` voxels that lie `stride` apart.
    private static func blur(
        _ volume: inout [Float], count: Int, stride: Int, _ weights: SIMD3<Float>
    ) {
        let block = count * stride
        // A block with two of its outer layers repeated on each side.
        var padded = [Float](repeating: 0, count: block + 4 * stride)
        volume.withUnsafeMutableBufferPointer { volume in
            padded.withUnsafeMutableBufferPointer { padded in
                guard let values = volume.baseAddress, let copy = padded.baseAddress else { return }
                for start in Swift.stride(from: 0, to: volume.count, by: block) {
                    pad(values + start, count: count, stride: stride, into: copy)
                    convolve(copy, into: values + start, block: block, stride: stride, weights)
                }
            }
        }
    }

    private static func pad(
        _ values: UnsafePointer<Float>, count: Int, stride: Int,
        into copy: UnsafeMutablePointer<Float>
    ) {
        for layer in 0..<2 {
            (copy + layer * stride).update(from: values, count: stride)
            (copy + (count + 2 + layer) * stride).update(
                from: values + (count - 1) * stride, count: stride)
        }
        (copy + 2 * stride).update(from: values, count: count * stride)
    }

    private static func convolve(
        _ copy: UnsafePointer<Float>, into values: UnsafeMutablePointer<Float>, block: Int,
        stride: Int, _ weights: SIMD3<Float>
    ) {
        let (centre, near, far) = (weights[0], weights[1], weights[2])
        for index in 0..<block {
            let inner = copy[index + stride] + copy[index + 3 * stride]
            let outer = copy[index] + copy[index + 4 * stride]
            values[index] = centre * copy[index + 2 * stride] + near * inner + far * outer
        }
    }
}
