/// The place of voxels, by the rules of `nifti1.h` and, where it has none, as nibabel does.
extension NIfTIHeader {
    /// The map from voxels to mm: the sform if there is one, else the qform, else a guess from the spacing.
    func affine(of shape: [Int]) throws(ImageFault) -> Affine {
        for (name, code) in [("qform_code", qformCode), ("sform_code", sformCode)]
        where !(0...5).contains(code) {
            throw .transformCode(name: name, code)
        }
        if let sform = try sformAffine() { return sform }
        if let qform = try qformAffine() { return qform }
        return try checked(guess(for: shape), "spacing")
    }

    /// Nil if the header has none.
    func sformAffine() throws(ImageFault) -> Affine? {
        guard sformCode > 0 else { return nil }
        let columns = (0..<4).map { column in
            SIMD3(sform[0][column], sform[1][column], sform[2][column])
        }
        let affine = Affine(x: columns[0], y: columns[1], z: columns[2], origin: columns[3])
        return try checked(affine, "sform")
    }

    /// Nil if the header has none.
    func qformAffine() throws(ImageFault) -> Affine? {
        guard qformCode > 0 else { return nil }
        let columns = try rotation()
        let size = usedSpacing
        let affine = Affine(
            x: columns[0] * size.x, y: columns[1] * size.y,
            z: columns[2] * size.z * (try thirdAxisSign()),
            origin: SIMD3(quaternionOffset[0], quaternionOffset[1], quaternionOffset[2]))
        return try checked(affine, "qform")
    }

    /// Columns of the rotation of the unit quaternion a + bi + cj + dk, of which a ≥ 0 is not stored.
    private func rotation() throws(ImageFault) -> [SIMD3<Double>] {
        var (b, c, d) = (quaternion[0], quaternion[1], quaternion[2])
        let rest = 1 - (b * b + c * c + d * d)
        // As much as rounding to 32 bits can do; NIfTI-2 files are often made of NIfTI-1 files.
        let tolerance = 3 * Double(Float.ulpOfOne)
        guard rest > -tolerance else { throw .quaternion }
        let a = rest < tolerance ? 0 : rest.squareRoot()
        let norm = (a * a + b * b + c * c + d * d).squareRoot()
        (b, c, d) = (b / norm, c / norm, d / norm)
        let w = a / norm
        return [
            [w * w + b * b - c * c - d * d, 2 * (b * c + w * d), 2 * (b * d - w * c)],
            [2 * (b * c - w * d), w * w + c * c - b * b - d * d, 2 * (c * d + w * b)],
            [2 * (b * d + w * c), 2 * (c * d - w * b), w * w + d * d - b * b - c * c],
        ]
    }

    /// A quaternion is a proper rotation; the header's first spacing says whether the third axis is mirrored.
    private func thirdAxisSign() throws(ImageFault) -> Double {
        switch spacing[0] {
        case -1: return -1
        case 0, 1: return 1
        default: throw .spacing(axis: 0, spacing[0])
        }
    }

    /// The affine if only the spacing is known: x runs to the left, as in SPM's images, and the middle is the origin.
    ///
    /// Analyze files may name the voxel at the origin.
    private func guess(for shape: [Int]) -> Affine {
        let size = usedSpacing * SIMD3(-1, 1, 1)
        let axes = shape.prefix(3) + Array(repeating: 1, count: max(0, 3 - shape.count))
        var centre = SIMD3(Double(axes[0] - 1), Double(axes[1] - 1), Double(axes[2] - 1)) / 2
        let isPlausible = zip(originVoxel, axes).allSatisfy { $0 > -$1 && $0 < 2 * $1 }
        if originVoxel != [0, 0, 0], isPlausible {
            centre = SIMD3(
                Double(originVoxel[0] - 1), Double(originVoxel[1] - 1), Double(originVoxel[2] - 1))
        }
        return Affine(spacing: size, origin: -centre * size)
    }

    /// The affine in mm, checked after the conversion from the header's unit, which may overflow.
    private func checked(_ affine: Affine, _ name: String) throws(ImageFault) -> Affine {
        let scale = millimetres
        let converted = Affine(
            x: affine.x * scale, y: affine.y * scale, z: affine.z * scale,
            origin: affine.origin * scale)
        guard converted.isInvertible else { throw .affine(name: name) }
        return converted
    }

    /// The unit of lengths where the header names another than mm.
    ///
    /// ITK converts these, nibabel does not.
    var unit: (name: String, millimetres: Double)? {
        switch units & Self.lengthUnits {
        case 1: ("m", 1000)
        case 3: ("µm", 0.001)
        default: nil
        }
    }

    /// Mm in the unit of lengths.
    var millimetres: Double { unit?.millimetres ?? 1 }

    /// The bits of the units' code that are not of time.
    static let lengthUnits = 7
}

/// Lengths of voxels: `pixdim` of NIfTI and Analyze headers.
extension NIfTIHeader {
    /// The spacing of three axes, in the header's unit, which counts without an sform.
    ///
    /// Analyze's signs say nothing that programs agree on: some of its writers meant that an axis runs the other way.
    var usedSpacing: SIMD3<Double> {
        let stored = SIMD3(storedSpacing(of: 0), storedSpacing(of: 1), storedSpacing(of: 2))
        return version == .analyze ? stored.replacing(with: -stored, where: stored .< 0) : stored
    }

    /// The spacing of one of the first three axes, and 1 mm for an axis of one voxel without a valid one.
    ///
    /// An image of two axes has a thickness all the same, and many headers say it.
    func storedSpacing(of axis: Int) -> Double {
        let stored = spacing[axis + 1]
        return !isLong(axis) && !stored.isLength ? 1 : stored
    }

    /// True if an axis has more than one voxel.
    func isLong(_ axis: Int) -> Bool {
        axis < dimensions[0] && dimensions[axis + 1] > 1
    }

    /// Spacings of channels and time are not used; with an sform, no signs are.
    func checkSpacing() throws(ImageFault) {
        for axis in 0..<3 {
            let length = sformCode > 0 ? abs(storedSpacing(of: axis)) : usedSpacing[axis]
            guard length.isLength else { throw .spacing(axis: axis + 1, spacing[axis + 1]) }
        }
    }

    /// Nil if pixdim agrees with the lengths of an sform's columns, in mm, to a thousandth.
    var spacingRemark: ImageRemark? {
        let scale = millimetres
        let stored = SIMD3(storedSpacing(of: 0), storedSpacing(of: 1), storedSpacing(of: 2)) * scale
        if version == .analyze { return stored.min() < 0 ? .negativeSpacing(stored) : nil }
        guard let sform = try? sformAffine() else {
            let isUnknown = (0..<min(3, dimensions[0])).contains {
                !isLong($0) && !spacing[$0 + 1].isLength
            }
            return isUnknown ? .unknownThickness : nil
        }
        let isOff = (0..<3).contains { axis in
            isLong(axis) && abs(stored[axis] - sform.spacing[axis]) > 1e-3 * sform.spacing[axis]
        }
        return isOff ? .spacingDiffers(pixdim: stored, sform: sform.spacing) : nil
    }
}

extension Double {
    fileprivate var isLength: Bool { self > 0 && isFinite }
}
