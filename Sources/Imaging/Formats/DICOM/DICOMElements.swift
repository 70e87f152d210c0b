internal import SegNASHost

/// The data elements of a DICOM file, PS3.5 and PS3.10: every length in it is followed to its end.
///
/// Elements behind a fault are unknown; those before it say at least to which series the file belongs.
struct DICOMElements {
    let start: DICOMStart
    private(set) var syntax = DICOMSyntax.explicit
    /// The elements at the top, by tag; their values lie in these parts of the file.
    private(set) var values: [DICOMTag: Range<Int>] = [:]
    /// Sequences whose items have implicit elements, whatever is outside: those of an unknown kind.
    private var implicitSequences: Set<DICOMTag> = []
    /// True if the pixels are fragments of a compressed stream.
    private(set) var isEncapsulated = false
    /// True if tags rise, as they must.
    private(set) var isOrdered = true
    /// The fault that ended the reading.
    private(set) var fault: ImageFault?
    private let file: FileBlocks
    private var position = 0

    init(_ file: FileBlocks, start: DICOMStart) {
        self.file = file
        self.start = start
        do throws(ImageFault) {
            try read()
        } catch {
            fault = error
        }
    }

    /// The elements of a file that was recognised as DICOM.
    init(path: String) throws(ImageError) {
        let file = try InputFile(path)
        guard let start = DICOMStart(try file.head(DICOMFile.headSize)) else {
            throw ImageError(file: path, fault: .dicom(.unmarked))
        }
        self.init(FileBlocks(file), start: start)
    }

    private mutating func read() throws(ImageFault) {
        try readDescription()
        guard syntax.isFollowed else { throw .dicom(.transferSyntax(syntax.uid)) }
        var last = DICOMTag(group: 3, element: 0)
        while position < file.count {
            let tag = try nextTag()
            guard values[tag] == nil else { throw damage }
            if tag < last { isOrdered = false }
            last = tag
            try take(tag, end: file.count, depth: 0)
        }
        guard syntax.isDecoded else { throw .dicom(.transferSyntax(syntax.uid)) }
        guard !values.keys.contains(.pixelData) || isEncapsulated == syntax.isCompressed else {
            throw .dicom(.value("Pixel Data"))
        }
    }

    /// Takes the element of a tag that has been read.
    private mutating func take(_ tag: DICOMTag, end: Int, depth: Int) throws(ImageFault) {
        let isOfUnknownKind = syntax.isExplicit && kindOfNext == "UN"
        let start = try readElement(tag, isExplicit: syntax.isExplicit, end: end, depth: depth)
        values[tag] = start..<position
        if isOfUnknownKind { implicitSequences.insert(tag) }
    }

    /// The kind of an explicit element whose tag has been read.
    private var kindOfNext: String? {
        guard position + 2 <= file.count, let kind = try? file.bytes(position..<position + 2)
        else { return nil }
        return String(decoding: kind, as: UTF8.self)
    }

    /// The elements that describe the file, which are always explicit.
    private mutating func readDescription() throws(ImageFault) {
        if let known = start.syntax {
            syntax = known
            return
        }
        if start == .marked { position = 132 }
        while position < file.count {
            let start = position
            let tag = try nextTag()
            guard tag.group == 2 else {
                position = start
                break
            }
            let value = try readElement(tag, isExplicit: true, end: file.count, depth: 0)
            values[tag] = value..<position
        }
        if let uid = text(.transferSyntax) {
            syntax = DICOMSyntax(uid)
        } else if start == .marked || !values.isEmpty {
            throw .dicom(.missing(DICOMTag.transferSyntax.description))
        }
    }
}

extension DICOMElements {
    private var damage: ImageFault { .dicom(.damaged(byte: position)) }

    private static let undefinedLength = 0xFFFF_FFFF
    static let item = DICOMTag(group: 0xFFFE, element: 0xE000)
    private static let itemEnd = DICOMTag(group: 0xFFFE, element: 0xE00D)
    private static let sequenceEnd = DICOMTag(group: 0xFFFE, element: 0xE0DD)
    /// The deepest nesting; images have less.
    private static let maxDepth = 16

    /// Two-byte lengths follow these, and four-byte lengths after a gap the others.
    private static let short: Set<String> = [
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL",
        "SS", "ST", "TM", "UI", "UL", "US",
    ]
    private static let long: Set<String> = [
        "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
    ]

    /// The kinds of values, of two letters.
    static let kinds = short.union(long)

    /// True if the length of a value of this kind has four bytes.
    static func isLong(_ kind: String) -> Bool { long.contains(kind) }

    private mutating func number(_ size: Int) throws(ImageFault) -> Int {
        guard position + size <= file.count else { throw damage }
        defer { position += size }
        let bytes = try file.bytes(position..<position + size)
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func nextTag() throws(ImageFault) -> DICOMTag {
        DICOMTag(group: try number(2), element: try number(2))
    }

    /// The kind of an element that says it, and how long its value is.
    private mutating func nextLength(
        isExplicit: Bool, end: Int
    ) throws(ImageFault) -> (kind: String?, length: Int) {
        guard isExplicit else { return (nil, try number(4)) }
        guard position + 2 <= end else { throw damage }
        let kind = String(decoding: try file.bytes(position..<position + 2), as: UTF8.self)
        guard Self.kinds.contains(kind) else { throw damage }
        position += 2
        let isLong = Self.isLong(kind)
        if isLong { position += 2 }
        return (kind, try number(isLong ? 4 : 2))
    }

    /// Moves behind an element whose tag has been read; returns where its value begins.
    private mutating func readElement(
        _ tag: DICOMTag, isExplicit: Bool, end: Int, depth: Int
    ) throws(ImageFault) -> Int {
        guard depth < Self.maxDepth, tag.group != Self.item.group else { throw damage }
        let (kind, length) = try nextLength(isExplicit: isExplicit, end: end)
        let start = position
        if length == Self.undefinedLength {
            let isSequence = kind == nil || kind == "SQ" || kind == "UN"
            if tag == .pixelData, depth == 0 {
                isEncapsulated = true
                try readItems(end: end) { (elements, length, _) throws(ImageFault) in
                    try elements.skip(length, end: end)
                }
            } else if isSequence {
                // Of unknown kind and length means implicit inside, whatever is outside.
                try readSequence(isExplicit: kind == "SQ", end: end, depth: depth)
            } else {
                throw damage
            }
        } else if kind == "SQ" {
            guard length <= end - position else { throw damage }
            try readSequence(
                isExplicit: true, end: position + length, depth: depth, isDelimited: false)
        } else {
            try skip(length, end: end)
        }
        return start
    }

    private mutating func skip(_ length: Int, end: Int) throws(ImageFault) {
        guard length <= end - position else { throw damage }
        position += length
    }

    private mutating func readSequence(
        isExplicit: Bool, end: Int, depth: Int, isDelimited: Bool = true
    ) throws(ImageFault) {
        try readItems(end: end, isDelimited: isDelimited) {
            (elements, length, end) throws(ImageFault) in
            let hasLength = length != Self.undefinedLength
            guard !hasLength || length <= end - elements.position else { throw elements.damage }
            let itemEnd = hasLength ? elements.position + length : end
            while !hasLength || elements.position < itemEnd {
                let tag = try elements.nextTag()
                if !hasLength, tag == Self.itemEnd {
                    guard try elements.number(4) == 0 else { throw elements.damage }
                    return
                }
                _ = try elements.readElement(
                    tag, isExplicit: isExplicit, end: itemEnd, depth: depth + 1)
            }
        }
    }

    /// Calls a body with the length of each item, whose content it must move behind.
    private mutating func readItems(
        end: Int, isDelimited: Bool = true,
        _ body: (inout DICOMElements, _ length: Int, _ end: Int) throws(ImageFault) -> Void
    ) throws(ImageFault) {
        while isDelimited || position < end {
            let tag = try nextTag()
            let length = try number(4)
            if isDelimited, tag == Self.sequenceEnd {
                guard length == 0 else { throw damage }
                return
            }
            guard tag == Self.item, position <= end else { throw damage }
            try body(&self, length, end)
        }
        guard position == end || isDelimited else { throw damage }
    }
}

extension DICOMElements {
    /// The items of a sequence, in their order; none if it is missing.
    ///
    /// - Throws: The fault at which the structure of the sequence breaks.
    func items(_ tag: DICOMTag) throws(ImageFault) -> [DICOMElements] {
        guard let range = values[tag], !range.isEmpty else { return [] }
        var reader = self
        reader.position = range.lowerBound
        if implicitSequences.contains(tag) { reader.syntax.isExplicit = false }
        var items: [DICOMElements] = []
        while reader.position < range.upperBound {
            let mark = try reader.nextTag()
            let length = try reader.number(4)
            if mark == Self.sequenceEnd { break }
            guard mark == Self.item else { throw reader.damage }
            items.append(try reader.nextItem(length, end: range.upperBound))
        }
        return items
    }

    /// The elements of an item whose beginning has been read; moves behind it.
    private mutating func nextItem(_ length: Int, end: Int) throws(ImageFault) -> DICOMElements {
        let hasLength = length != Self.undefinedLength
        guard !hasLength || length <= end - position else { throw damage }
        let itemEnd = hasLength ? position + length : end
        var item = self
        item.values = [:]
        item.implicitSequences = []
        while item.position < itemEnd {
            let tag = try item.nextTag()
            if !hasLength, tag == Self.itemEnd {
                guard try item.number(4) == 0 else { throw item.damage }
                break
            }
            guard item.values[tag] == nil else { throw item.damage }
            try item.take(tag, end: itemEnd, depth: 1)
        }
        position = item.position
        return item
    }

    /// Takes the elements of an item as elements of this level, in place of those of the same tags.
    mutating func take(_ item: DICOMElements) {
        values.merge(item.values) { _, new in new }
    }

    /// The fragments of compressed pixels with their marks, and the table of their places, which may be empty.
    func fragments() throws(ImageFault) -> (table: Range<Int>, fragments: [Range<Int>]) {
        let range = try required(values[.pixelData], .pixelData)
        var reader = self
        reader.position = range.lowerBound
        var (table, fragments): (Range<Int>?, [Range<Int>]) = (nil, [])
        while reader.position < range.upperBound {
            let start = reader.position
            guard try reader.nextTag() == Self.item else { break }
            let length = try reader.number(4)
            let content = reader.position
            try reader.skip(length, end: range.upperBound)
            if table == nil {
                table = content..<reader.position
            } else {
                fragments.append(start..<reader.position)
            }
        }
        return (table ?? range.lowerBound..<range.lowerBound, fragments)
    }

    /// Whole numbers of so many bytes each, one after the other in a part of the file.
    func numbers(_ part: Range<Int>, of size: Int) throws(ImageFault) -> [Int] {
        let bytes = try file.bytes(part)
        let starts = stride(from: bytes.startIndex, to: bytes.endIndex - size + 1, by: size)
        return starts.map { bytes[$0..<$0 + size].reversed().reduce(0) { $0 << 8 | Int($1) } }
    }

    /// The only item of a sequence that must have one, or the first of several.
    func item(_ tag: DICOMTag) throws(ImageFault) -> DICOMElements {
        try required(items(tag).first, tag)
    }

    /// The bytes of a value; nil if it is missing, or cannot be read any more.
    func bytes(_ tag: DICOMTag) -> ArraySlice<UInt8>? {
        values[tag].flatMap { try? file.bytes($0) }
    }

    /// A part of a value that is there, from its beginning.
    func bytes(_ part: Range<Int>, of tag: DICOMTag) throws(ImageFault) -> ArraySlice<UInt8> {
        let value = try required(values[tag], tag)
        guard part.upperBound <= value.count else {
            throw .truncated(expected: part.upperBound, actual: value.count)
        }
        let start = value.lowerBound
        return try file.bytes(start + part.lowerBound..<start + part.upperBound)
    }
}

extension DICOMElements {
    /// The longest value that can be a number, name or date.
    private static let maxTextLength = 1 << 14

    /// Nil for an attribute that is missing or empty.
    func text(_ tag: DICOMTag) -> String? {
        guard let range = values[tag], range.count <= Self.maxTextLength, let bytes = bytes(tag)
        else { return nil }
        let padding: [UInt8] = [0, UInt8(ascii: " ")]
        let end = bytes.lastIndex { !padding.contains($0) }.map { $0 + 1 } ?? bytes.startIndex
        let text = String(decoding: bytes[..<end], as: UTF8.self).trimmed
        return text.isEmpty ? nil : text
    }

    /// Numbers that are written as text, between backslashes.
    func decimals(_ tag: DICOMTag, count: Int) throws(ImageFault) -> [Double]? {
        guard let text = text(tag) else { return nil }
        let numbers = text.split(separator: "\\").compactMap { Double($0.trimmed) }
        guard numbers.count == count, numbers.allSatisfy(\.isFinite) else {
            throw .dicom(.value(tag.description))
        }
        return numbers
    }

    func decimal(_ tag: DICOMTag) throws(ImageFault) -> Double? {
        try decimals(tag, count: 1)?.first
    }

    /// A number of two bytes.
    func short(_ tag: DICOMTag) throws(ImageFault) -> Int? {
        guard let range = values[tag], range.count > 0 else { return nil }
        guard range.count == 2, let bytes = bytes(tag) else {
            throw .dicom(.value(tag.description))
        }
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    func required<Value>(_ value: Value?, _ tag: DICOMTag) throws(ImageFault) -> Value {
        guard let value else { throw .dicom(.missing(tag.description)) }
        return value
    }
}
