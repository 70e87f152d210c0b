internal import SegNASImaging

// Parts of images, and images of which a part is known. All boxes lie along the axes of the array.

extension Geometry {
    /// The grid of the voxels in a box.
    func cropped(to box: ContentBox) -> Geometry {
        var affine = affine
        affine.origin = affine(SIMD3<Double>(box.lower))
        return Geometry(size: box.size, affine: affine)
    }
}

extension Volume {
    /// One channel, of which only the voxels in a box are kept; all of them without a box.
    func channel(_ channel: Int, in box: ContentBox?) -> Volume {
        guard let box else { return self }
        let (size, part) = (geometry.size, box.size)
        let bytes = samples.type.size
        let cropped = samples.withBytes { source in
            Samples(
                type: samples.type, count: part.volume,
                writingBytes: { target in
                    for row in 0..<part.y * part.z {
                        let (z, y) = row.quotientAndRemainder(dividingBy: part.y)
                        let plane = (channel * size.z + box.lower.z + z) * size.y + box.lower.y + y
                        let first = (plane * size.x + box.lower.x) * bytes
                        UnsafeMutableRawBufferPointer(
                            rebasing: target[row * part.x * bytes..<(row + 1) * part.x * bytes]
                        ).copyMemory(
                            from: UnsafeRawBufferPointer(
                                rebasing: source[first..<first + part.x * bytes]))
                    }
                })
        }
        let grid = geometry.cropped(to: box)
        return Volume(
            shape: [part.x, part.y, part.z], affine: grid.affine, samples: cropped,
            scaling: scaling)
    }
}

extension Samples {
    /// The samples `[z, y, x]` of a box in a grid of another size, where all others have one value.
    func placed<Value: Sample>(
        in size: SIMD3<Int>, at box: ContentBox, elsewhere value: Value
    ) -> Samples {
        let part = box.size
        return withValues(as: Value.self) { source in
            Samples(count: size.volume) { (target: UnsafeMutableBufferPointer<Value>) in
                target.update(repeating: value)
                for row in 0..<part.y * part.z {
                    let (z, y) = row.quotientAndRemainder(dividingBy: part.y)
                    let line = (box.lower.z + z) * size.y + box.lower.y + y
                    let first = line * size.x + box.lower.x
                    _ = UnsafeMutableBufferPointer(rebasing: target[first..<first + part.x])
                        .update(
                            fromContentsOf: UnsafeBufferPointer(
                                rebasing: source[row * part.x..<(row + 1) * part.x]))
                }
            }
        }
    }
}
