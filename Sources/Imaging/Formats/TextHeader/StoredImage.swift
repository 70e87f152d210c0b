/// An image whose header is text: where its samples are stored, what their axes are, and where its voxels lie.
struct StoredImage {
    var samples: StoredSamples
    /// One to three axes of the stored array, which lead through space.
    var spatialAxes: [Int]
    /// The rest of its axes, in the order in which they become those behind the third.
    var otherAxes: [Int]
    var affine: Affine
    var remarks: [ImageRemark] = []
    var labelNames: LabelNames?

    /// Lengths of the volume's axes: channels come fourth, whatever the number of axes of space.
    func volumeShape() throws(ImageFault) -> [Int] {
        let size = spatialAxes.map { samples.shape[$0] }
        guard !otherAxes.isEmpty else { return size }
        let shape =
            size + Array(repeating: 1, count: 3 - size.count) + otherAxes.map { samples.shape[$0] }
        return try ImageLayout.checkedShape(shape, type: samples.type)
    }

    /// Reads the samples.
    func volume() throws(ImageError) -> Volume {
        let shape = try naming(samples.path) { () throws(ImageFault) in
            try volumeShape()
        }
        let stored = try samples.read()
        let buffer = try naming(samples.path) { () throws(ImageFault) in
            try stored.movingLast(
                otherAxes, of: samples.shape, sampleSize: samples.type.size)
        }
        return Volume(shape: shape, affine: affine, samples: Samples(buffer, type: samples.type))
    }
}

extension Affine {
    /// The affine of up to three steps, one for each axis of space that an image has.
    ///
    /// Missing axes get a step of 1 mm at right angles to the others. `isFlat`: the space itself has only two axes, so
    /// that the third is known.
    init(steps: [SIMD3<Double>], origin: SIMD3<Double>, isFlat: Bool = false) {
        var steps = steps
        if steps.count == 1 {
            // The axis of space that the step leans to least, without the part that lies along the step.
            let axis = (0..<3).min { abs(steps[0][$0]) < abs(steps[0][$1]) } ?? 0
            var other = SIMD3<Double>.zero
            other[axis] = 1
            let direction = steps[0] / steps[0].length
            let upright = other - direction * (direction * other).sum()
            steps.append(upright / upright.length)
        }
        if steps.count == 2, isFlat { steps.append([0, 0, 1]) }
        if steps.count == 2 {
            let normal = cross(steps[0], steps[1])
            steps.append(normal / normal.length)
        }
        self.init(x: steps[0], y: steps[1], z: steps[2], origin: origin)
    }

    /// The same place, of a map whose coordinates run the other way where a sign is −1.
    func turned(_ signs: SIMD3<Double>) -> Affine {
        func turned(_ vector: SIMD3<Double>) -> SIMD3<Double> {
            vector * signs + [0, 0, 0]  // which makes 0 of -0
        }
        return Affine(x: turned(x), y: turned(y), z: turned(z), origin: turned(origin))
    }
}

extension StoredImage {
    /// Reads the header of an NRRD (`.nrrd`, `.nhdr`) or MetaImage (`.mha`, `.mhd`) file.
    ///
    /// Components of a voxel become channels, as does a fourth axis. Where the header does not say which way its space
    /// runs, it is taken as ITK takes it, towards left, posterior and superior, and a remark says so.
    /// - Throws: ``ImageError`` for a file that cannot be read, contradicts itself, or holds colours, complex numbers
    ///   or tensors.
    init(contentsOf path: String) throws(ImageError) {
        let bytes = try InputFile(path).head(TextHeader.maxSize)
        self = try naming(path) { () throws(ImageFault) in
            guard !Gzip.isGzip(bytes) else { throw .header(.compressedWhole) }
            if NRRDHeader.recognise(bytes) { return try NRRDHeader(bytes, path: path).image() }
            guard MetaImageHeader.recognise(bytes) else { throw .unknownFormat }
            return try MetaImageHeader(bytes, path: path).image()
        }
    }
}

/// Units of length as headers name them.
enum LengthUnit {
    /// The length of a unit in mm; nil for one that is unknown.
    static func millimetres(in name: String) -> Double? {
        let name = name.lowercased()
        switch name.hasSuffix("s") && name.count > 2 ? String(name.dropLast()) : name {
        case "mm", "millimeter", "millimetre": return 1
        case "cm", "centimeter", "centimetre": return 10
        case "m", "meter", "metre": return 1000
        // The sign for micro and the Greek letter.
        case "um", "\u{B5}m", "\u{3BC}m", "micron", "micrometer", "micrometre": return 0.001
        case "nm", "nanometer", "nanometre": return 1e-6
        case "in", "inch", "inche": return 25.4
        default: return nil
        }
    }

    /// The lengths in mm of the units of some axes, with remarks; an empty name says nothing.
    static func scales(_ names: [String], remarks: inout [ImageRemark]) -> SIMD3<Double> {
        var scales = SIMD3<Double>.one
        for (axis, name) in names.prefix(3).enumerated() where !["", "?", "???"].contains(name) {
            var remark: ImageRemark?
            if let scale = millimetres(in: name) {
                scales[axis] = scale
                if scale != 1 { remark = .unit(name) }
            } else {
                remark = .header(.unknownUnit(name))
            }
            if let remark, !remarks.contains(remark) { remarks.append(remark) }
        }
        return scales
    }
}
