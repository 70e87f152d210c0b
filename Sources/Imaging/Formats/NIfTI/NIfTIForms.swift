/// What a NIfTI header says of the place of its voxels, as it stands there: both forms, whichever of them counts.
///
/// Programs differ in the form that they follow, so a label map lies on its image in all of them only with the same two.
public struct NIfTIForms: Sendable {
    var qformCode: Int
    var sformCode: Int
    /// Of the qform: b, c and d of the quaternion, then the three offsets.
    var qform: [Double]
    /// Of the sform: three rows of four numbers.
    var sform: [Double]
    /// The qform's sign, and the spacing of three axes.
    var spacing: [Double]
    /// The code of the unit that all lengths have.
    var units: Int

    /// All that a header has of lengths and directions.
    var numbers: [Double] { qform + sform + spacing }
}

extension NIfTIForms {
    /// The forms of an affine in mm: both with the code 1, and no qform where the affine has shear.
    init(_ affine: Affine) {
        let rotation = Quaternion(affine)
        qformCode = rotation == nil ? 0 : 1
        sformCode = 1
        qform = rotation?.numbers ?? Array(repeating: 0, count: 6)
        sform = Array(affine.rows[0..<3].joined())
        spacing = [rotation?.thirdAxisSign ?? 1] + (0..<3).map { affine.spacing[$0] }
        units = 2
    }

    /// Those of a file; nil for Analyze, which has none.
    init?(_ header: NIfTIHeader) {
        guard header.version != .analyze else { return nil }
        qformCode = header.qformCode
        sformCode = header.sformCode
        qform = header.quaternion + header.quaternionOffset
        sform = Array(header.sform.joined())
        // Label maps have three axes, also where the image has two and nothing valid for the third.
        spacing = [header.spacing[0]] + (0..<3).map { header.storedSpacing(of: $0) }
        units = header.units & NIfTIHeader.lengthUnits
    }
}
