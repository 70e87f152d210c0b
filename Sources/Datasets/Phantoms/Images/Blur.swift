#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
