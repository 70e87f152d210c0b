@testable import SegNASImaging

/// A small DICOM file with the pixels of one slice: 3 columns, 2 rows.
struct DICOMBytes {
    var position = [1.0, 2, 3]
    var orientation = [1.0, 0, 0, 0, 1, 0]
    var spacing = [0.5, 0.25]
    var size = [2, 3]  // rows, columns
    var series = "1.2.3"
    var slope = 1.0
    var intercept = -10.0
    var pixels: [Int16] = [0, 1, 2, 3, 4, 5]
    var photometric = "MONOCHROME2"
    var kind = "1.2.840.10008.5.1.4.1.1.4"
    var frames: Int?
    var isExplicit = true
    /// The parts of the file's beginning.
    var hasPreamble = true
    var hasMeta = true
    var bits = (allocated: 16, stored: 16, high: 15, isSigned: true)
    /// Instead of the pixels above: their bytes.
    var pixelBytes: [UInt8]?
    var pixelKind = "OW"
    /// Fragments of a compressed stream, the table of their places, and their transfer syntax.
    var fragments: [[UInt8]]?
    var offsets: [UInt32] = []
    var syntax: String?
    /// Elements to leave out.
    var without: Set<DICOMTag> = []
    /// Further elements, or others, as text.
    var texts: [DICOMTag: String] = [:]
    /// Sequences with an item in them.
    var sequences: [DICOMTag] = []
    /// Functional groups that all frames share, and those of each, with the elements of their only items as text.
    var shared: [DICOMTag: [DICOMTag: String]] = [:]
    var own: [[DICOMTag: [DICOMTag: String]]] = []
    /// Turns the order of elements into another.
    var order: (DICOMTag, DICOMTag) -> Bool = { $0 < $1 }

    static let patient = "Mustermann^Erika"

    var file: [UInt8] {
        let plain = isExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2"
        let meta =
            element(.kindOfFile, "UI", text(kind), true)
            + element(.transferSyntax, "UI", text(syntax ?? plain), true)
        let length = element(DICOMTag(group: 2, element: 0), "UL", bytes(UInt32(meta.count)), true)
        let start = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        return (hasPreamble ? start : []) + (hasMeta ? length + meta : []) + body
    }

    private var body: [UInt8] {
        let number = { (value: Int) in bytes(UInt16(value)) }
        var elements: [DICOMTag: (String, [UInt8])] = [
            .kind: ("UI", text(kind)), .modality: ("CS", text("MR")),
            DICOMTag(group: 0x0008, element: 0x1140): ("SQ", item),
            DICOMTag(group: 0x0010, element: 0x0010): ("PN", text(Self.patient)),
            .thickness: ("DS", text("2")), .series: ("UI", text(series)),
            .position: ("DS", text(position)), .orientation: ("DS", text(orientation)),
            .samplesPerPixel: ("US", number(1)), .photometric: ("CS", text(photometric)),
            .rows: ("US", number(size[0])), .columns: ("US", number(size[1])),
            .pixelSpacing: ("DS", text(spacing)),
            .bitsAllocated: ("US", number(bits.allocated)),
            .bitsStored: ("US", number(bits.stored)), .highBit: ("US", number(bits.high)),
            .representation: ("US", number(bits.isSigned ? 1 : 0)),
            .intercept: ("DS", text([intercept])), .slope: ("DS", text([slope])),
            .pixelData: (pixelKind, pixelBytes ?? pixels.flatMap { bytes($0) }),
        ]
        if let frames { elements[.frames] = ("IS", text("\(frames)")) }
        for (tag, value) in texts { elements[tag] = ("LO", text(value)) }
        for tag in sequences { elements[tag] = ("SQ", item) }
        if !shared.isEmpty { elements[.sharedGroups] = ("SQ", sequence([groups(shared)])) }
        if !own.isEmpty { elements[.ownGroups] = ("SQ", sequence(own.map(groups))) }
        for tag in without { elements[tag] = nil }
        return elements.keys.sorted(by: order).flatMap { tag in
            if tag == .pixelData, let fragments { return encapsulated(fragments) }
            let (kind, value) = elements[tag] ?? ("", [])
            return element(tag, kind, value, isExplicit)
        }
    }

    /// Pixels as fragments, behind the table of their places.
    private func encapsulated(_ fragments: [[UInt8]]) -> [UInt8] {
        let table = offsets.flatMap { bytes($0) }
        let items = ([table] + fragments).flatMap { mark(0xE000, length: UInt32($0.count)) + $0 }
        return bytes(0x7FE0 as UInt16) + bytes(0x0010 as UInt16) + Array("OB".utf8) + [0, 0]
            + bytes(UInt32.max) + items + mark(0xE0DD, length: 0)
    }

    /// A sequence of one item without a length, with an element in it.
    private var item: [UInt8] {
        let inner = element(
            DICOMTag(group: 0x0008, element: 0x1155), "UI", text("1.2.3.4"), isExplicit)
        return sequence([inner])
    }

    /// Items without a length.
    private func sequence(_ items: [[UInt8]]) -> [UInt8] {
        items.flatMap { mark(0xE000, length: .max) + $0 + mark(0xE00D, length: 0) }
            + mark(0xE0DD, length: 0)
    }

    private func groups(_ groups: [DICOMTag: [DICOMTag: String]]) -> [UInt8] {
        groups.sorted { $0.key < $1.key }.flatMap { tag, values in
            let item = values.sorted { $0.key < $1.key }.flatMap { tag, value in
                element(tag, "DS", text(value), isExplicit)
            }
            return element(tag, "SQ", sequence([item]), isExplicit)
        }
    }

    /// The beginning or end of an item, or the end of a sequence.
    private func mark(_ element: UInt16, length: UInt32) -> [UInt8] {
        bytes(0xFFFE as UInt16) + bytes(element) + bytes(length)
    }

    private func element(
        _ tag: DICOMTag, _ kind: String, _ value: [UInt8], _ isExplicit: Bool
    ) -> [UInt8] {
        let number = bytes(UInt16(tag.group)) + bytes(UInt16(tag.element))
        let length = kind == "SQ" ? UInt32.max : UInt32(value.count)
        guard isExplicit else { return number + bytes(length) + value }
        if ["OB", "OW", "SQ"].contains(kind) {
            return number + Array(kind.utf8) + [0, 0] + bytes(length) + value
        }
        return number + Array(kind.utf8) + bytes(UInt16(length)) + value
    }

    private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private func text(_ text: String) -> [UInt8] {
        Array(text.utf8) + (text.utf8.count % 2 == 1 ? [UInt8(ascii: " ")] : [])
    }

    private func text(_ numbers: [Double]) -> [UInt8] {
        text(numbers.map { "\($0)" }.joined(separator: "\\"))
    }
}
