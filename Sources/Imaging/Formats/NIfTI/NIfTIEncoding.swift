/// The header that is written in front of a volume's samples: little-endian, in one file.
struct NIfTIEncoding {
    var shape: [Int]
    var forms: NIfTIForms
    var type: SampleType
    var scaling: Scaling
    /// True if no number of the forms may be rounded, as they are those of another file.
    private let areFormsExact: Bool

    init(shape: [Int], geometry: Geometry, type: SampleType, scaling: Scaling = .identity) {
        self.shape = shape
        self.type = type
        self.scaling = scaling
        forms = geometry.forms ?? NIfTIForms(geometry.affine)
        areFormsExact = geometry.forms != nil
    }

    init(_ volume: Volume) {
        self.init(
            shape: volume.shape, geometry: volume.geometry, type: volume.samples.type,
            scaling: volume.scaling)
    }

    /// NIfTI-1, which every tool reads, unless it cannot say what the volume is.
    ///
    /// Its axes have up to 32,767 voxels, and its numbers 32 bits: NIfTI-2 is written where one would become infinite,
    /// or a slope zero, or where the forms of another file would be rounded.
    var isVersion2: Bool {
        let numbers = forms.numbers + [scaling.slope, scaling.intercept]
        return shape.contains { $0 > Int16.max }
            || numbers.contains { $0.isFinite && !Float($0).isFinite }
            || (scaling.slope != 0 && Float(scaling.slope) == 0)
            || (areFormsExact && forms.numbers.contains { $0.isFinite && Double(Float($0)) != $0 })
    }

    /// The header, and four zeros that say that no extensions follow.
    func header() -> [UInt8] {
        isVersion2 ? version2() : version1()
    }

    private var dimensions: [Int] {
        [shape.count] + shape
            + Array(repeating: 1, count: 7 - shape.count)
    }

    /// The qform's sign, the spacing, and 1 for channels and times.
    private var spacing: [Double] { forms.spacing + [1, 1, 1, 1] }

    private func version1() -> [UInt8] {
        var writer = ByteWriter(count: NIfTIHeader.size1 + 4)
        writer.put(Int32(NIfTIHeader.size1), at: 0)
        for (axis, length) in dimensions.enumerated() {
            writer.put(Int16(length), at: 40 + 2 * axis)
        }
        writer.put(Int16(NIfTIDataType.code(of: type)), at: 70)
        writer.put(Int16(type.size * 8), at: 72)
        for (axis, length) in spacing.enumerated() {
            writer.put(Float(length), at: 76 + 4 * axis)
        }
        writer.put(Float(writer.bytes.count), at: 108)
        writer.put(Float(scaling.slope), at: 112)
        writer.put(Float(scaling.intercept), at: 116)
        writer.put(UInt8(forms.units), at: 123)
        writer.put(Int16(forms.qformCode), at: 252)
        writer.put(Int16(forms.sformCode), at: 254)
        for (index, number) in (forms.qform + forms.sform).enumerated() {
            writer.put(Float(number), at: 256 + 4 * index)
        }
        writer.put("n+1", at: 344)
        return writer.bytes
    }

    private func version2() -> [UInt8] {
        var writer = ByteWriter(count: NIfTIHeader.size2 + 4)
        writer.put(Int32(NIfTIHeader.size2), at: 0)
        writer.put("n+2\0\r\n\u{1A}\n", at: 4)
        writer.put(Int16(NIfTIDataType.code(of: type)), at: 12)
        writer.put(Int16(type.size * 8), at: 14)
        for (axis, length) in dimensions.enumerated() {
            writer.put(Int64(length), at: 16 + 8 * axis)
        }
        for (axis, length) in spacing.enumerated() {
            writer.put(length, at: 104 + 8 * axis)
        }
        writer.put(Int64(writer.bytes.count), at: 168)
        writer.put(scaling.slope, at: 176)
        writer.put(scaling.intercept, at: 184)
        writer.put(Int32(forms.qformCode), at: 344)
        writer.put(Int32(forms.sformCode), at: 348)
        for (index, number) in (forms.qform + forms.sform).enumerated() {
            writer.put(number, at: 352 + 8 * index)
        }
        writer.put(Int32(forms.units), at: 500)
        return writer.bytes
    }
}
