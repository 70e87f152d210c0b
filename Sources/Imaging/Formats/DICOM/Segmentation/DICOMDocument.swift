/// The elements of a DICOM file, or of an item in it, to be written explicit and little-endian, PS3.5.
struct DICOMDocument {
    /// Values by their tags, encoded, without padding.
    private var values: [DICOMTag: (kind: String, bytes: [UInt8])] = [:]

    /// Sets text of a kind, such as `LO`; text is UTF-8.
    mutating func set(_ tag: DICOMTag, _ kind: String, _ text: String) {
        values[tag] = (kind, Array(text.utf8))
    }

    /// Sets bytes of a kind as they are.
    mutating func set(_ tag: DICOMTag, _ kind: String, bytes: some Sequence<UInt8>) {
        values[tag] = (kind, Array(bytes))
    }

    /// Sets whole numbers of two bytes.
    mutating func set(_ tag: DICOMTag, shorts: [UInt16]) {
        values[tag] = ("US", shorts.flatMap(littleEndian))
    }

    /// Sets whole numbers of four bytes.
    mutating func set(_ tag: DICOMTag, longs: [UInt32]) {
        values[tag] = ("UL", longs.flatMap(littleEndian))
    }

    /// Sets the tag of another attribute.
    mutating func set(_ tag: DICOMTag, attribute: DICOMTag) {
        let numbers = [UInt16(attribute.group), UInt16(attribute.element)]
        values[tag] = ("AT", numbers.flatMap(littleEndian))
    }

    /// Sets a sequence.
    mutating func set(_ tag: DICOMTag, items: [DICOMDocument]) {
        let bytes = items.flatMap { item in
            let content = item.bytes
            return littleEndian(UInt16(0xFFFE)) + littleEndian(UInt16(0xE000))
                + littleEndian(UInt32(content.count)) + content
        }
        values[tag] = ("SQ", bytes)
    }

    /// The elements in the order of their tags.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for (tag, value) in values.sorted(by: { $0.key < $1.key }) {
            let padding = value.bytes.count % 2 == 1 ? [Self.padding(value.kind)] : []
            bytes += Self.header(tag, value.kind, length: value.bytes.count + padding.count)
            bytes += value.bytes
            bytes += padding
        }
        return bytes
    }

    /// What comes before a value.
    static func header(_ tag: DICOMTag, _ kind: String, length: Int) -> [UInt8] {
        let start =
            littleEndian(UInt16(tag.group)) + littleEndian(UInt16(tag.element)) + Array(kind.utf8)
        return DICOMElements.isLong(kind)
            ? start + [0, 0] + littleEndian(UInt32(length)) : start + littleEndian(UInt16(length))
    }

    /// Bytes and UIDs are padded with a zero, text with a space, PS3.5 section 6.2.
    private static func padding(_ kind: String) -> UInt8 {
        ["UI", "OB", "UN"].contains(kind) ? 0 : UInt8(ascii: " ")
    }
}

private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

extension DICOMDocument {
    /// A file's beginning: the preamble, the mark, and the description of a file of the given class, PS3.10 section 7.
    static func fileStart(kind: String, instance: String, implementation: String) -> [UInt8] {
        var description = DICOMDocument()
        description.set(DICOMTag(group: 2, element: 1), "OB", bytes: [0, 1])
        description.set(.kindOfFile, "UI", kind)
        description.set(DICOMTag(group: 2, element: 3), "UI", instance)
        description.set(.transferSyntax, "UI", DICOMSyntax.explicit.uid)
        description.set(DICOMTag(group: 2, element: 0x12), "UI", implementation)
        description.set(DICOMTag(group: 2, element: 0x13), "SH", "SEGNAS3D")
        let content = description.bytes
        var length = DICOMDocument()
        length.set(DICOMTag(group: 2, element: 0), longs: [UInt32(content.count)])
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length.bytes + content
    }
}
