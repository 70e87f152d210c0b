/// Lengths of voxels: `pixdim` of NIfTI and Analyze headers.
extension NIfTIHeader {
    /// What counts where no sform does: the spacing of three axes, in the header's unit.
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

    /// Whether an axis has more than one voxel.
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

    /// Nil where pixdim agrees with the lengths of an sform's columns, in mm, to a thousandth.
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
