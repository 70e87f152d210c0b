/// Units of length as headers name them.
enum LengthUnit {
    /// How many mm a unit has; nil for one that is unknown.
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

    /// How many mm the units of some axes have, and what is to be said of it; an empty name says nothing.
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
