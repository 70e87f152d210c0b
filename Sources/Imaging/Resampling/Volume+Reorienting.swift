public import SegNASHost

extension Volume {
    /// The same voxels in an array whose axes run another way; samples keep their type and their values.
    ///
    /// Axes after the third, channels or time, stay where they are.
    public func reoriented(
        to target: Orientation, threads: Int = HostResources.current().cores
    ) -> Volume {
        reoriented(by: Reorientation(from: Orientation(affine), to: target), threads: threads)
    }

    /// The same voxels in an array whose axes are permuted and reversed.
    public func reoriented(
        by reorientation: Reorientation, threads: Int = HostResources.current().cores
    ) -> Volume {
        guard reorientation != .identity else { return self }
        let result = reorientation(geometry)
        let size = result.size
        let mover = VoxelMover(
            source: geometry.size, reorientation: reorientation, channels: channels,
            threads: threads)
        let moved = Samples.moved(samples, by: mover)
        return Volume(
            shape: [size.x, size.y, size.z] + shape.dropFirst(3), affine: result.affine,
            samples: moved, scaling: scaling)
    }
}

extension Samples {
    fileprivate static func moved(_ samples: Samples, by mover: VoxelMover) -> Samples {
        // Only the size of a sample matters, not what it means.
        switch samples.type.size {
        case 1: mover.move(samples, as: UInt8.self)
        case 2: mover.move(samples, as: UInt16.self)
        case 4: mover.move(samples, as: UInt32.self)
        default: mover.move(samples, as: UInt64.self)
        }
    }
}

/// Copies voxels to their places in a permuted array.
private struct VoxelMover: Sendable {
    /// Voxels of the result along its axes.
    let size: SIMD3<Int>
    /// The strides in the source along the axes of the result.
    let strides: SIMD3<Int>
    /// The index in the source of the first voxel of the result.
    let start: Int
    let channels: Int
    let threads: Int

    init(source: SIMD3<Int>, reorientation: Reorientation, channels: Int, threads: Int) {
        let steps = [1, source.x, source.x * source.y]
        var size = SIMD3<Int>.zero
        var strides = SIMD3<Int>.zero
        var start = 0
        for axis in 0..<3 {
            let from = reorientation.sources[axis]
            size[axis] = source[from]
            strides[axis] = reorientation.reversals[axis] ? -steps[from] : steps[from]
            if reorientation.reversals[axis] { start += steps[from] * (source[from] - 1) }
        }
        (self.size, self.strides, self.start) = (size, strides, start)
        self.channels = channels
        self.threads = threads
    }

    func move<Bits: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _ samples: Samples, as type: Bits.Type
    ) -> Samples {
        guard let buffer = SampleBuffer(byteCount: samples.count * MemoryLayout<Bits>.size) else {
            fatalError("no memory for \(samples.count) samples of type \(samples.type)")
        }
        samples.withBytes { bytes in
            let task = Copy(
                from: bytes.assumingMemoryBound(to: Bits.self),
                to: buffer.bytes.assumingMemoryBound(to: Bits.self))
            concurrently(size.z * channels, threads: threads) { slice in
                copy(slice: slice, of: task)
            }
        }
        return Samples(buffer, type: samples.type)
    }

    /// Slices are written by one thread each, and the source is only read.
    private struct Copy<Bits>: @unchecked Sendable {
        let from: UnsafeBufferPointer<Bits>
        let to: UnsafeMutableBufferPointer<Bits>
    }

    /// Fills a slice of one z in blocks, so that the cache holds what is read against the order of memory.
    private func copy<Bits>(slice: Int, of task: Copy<Bits>) {
        let block = 64
        let (channel, z) = slice.quotientAndRemainder(dividingBy: size.z)
        let source = start + channel * size.x * size.y * size.z + z * strides.z
        let target = slice * size.x * size.y
        for top in stride(from: 0, to: size.y, by: block) {
            for left in stride(from: 0, to: size.x, by: block) {
                for y in top..<min(top + block, size.y) {
                    let row = source + y * strides.y
                    for x in left..<min(left + block, size.x) {
                        task.to[target + y * size.x + x] = task.from[row + x * strides.x]
                    }
                }
            }
        }
    }
}
