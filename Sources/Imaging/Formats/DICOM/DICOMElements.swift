/// The data elements of a DICOM file in memory, PS3.5 and PS3.10: every length in it has been followed to its end.
///
/// GDCM decodes the pixels; this makes sure that it only sees files whose structure is whole.
struct DICOMElements {
    private(set) var transferSyntax = ""
    /// The elements at the top, by tag; their values lie in these parts of the file.
    private(set) var values: [DICOMTag: Range<Int>] = [:]
    /// Whether the pixels are fragments of a compressed stream.
    private(set) var isEncapsulated = false
    private let bytes: [UInt8]
    private var position: Int

    /// The mark that files begin with.
    static func recognise(_ head: [UInt8]) -> Bool {
        head.dropFirst(128).starts(with: Array("DICM".utf8))
    }

    init(_ bytes: [UInt8]) throws(ImageFault) {
        self.bytes = bytes
        position = 132
        guard Self.recognise(bytes) else { throw damage }
        try readDescription()
        guard let syntax = DICOMSyntax(uid: transferSyntax) else {
            throw .dicom(.transferSyntax(transferSyntax))
        }
        var last = DICOMTag(group: 3, element: 0)
        while position < bytes.count {
            let tag = try nextTag()
            // In order, so that none is there twice.
            guard tag > last else { throw damage }
            last = tag
            let start = try readElement(
                tag, isExplicit: syntax.isExplicit, end: bytes.count, depth: 0)
            values[tag] = start..<position
        }
        guard !values.keys.contains(.pixelData) || isEncapsulated == syntax.isCompressed else {
            throw .dicom(.value("Pixel Data"))
        }
    }

    /// The elements that describe the file, which are always explicit.
    private mutating func readDescription() throws(ImageFault) {
        while position < bytes.count {
            let start = position
            let tag = try nextTag()
            guard tag.group == 2 else {
                position = start
                break
            }
            let value = try readElement(tag, isExplicit: true, end: bytes.count, depth: 0)
            values[tag] = value..<position
        }
        transferSyntax = text(.transferSyntax) ?? ""
    }
}

extension DICOMElements {
    private var damage: ImageFault { .dicom(.damaged(byte: position)) }

    private static let undefinedLength = 0xFFFF_FFFF
    private static let item = DICOMTag(group: 0xFFFE, element: 0xE000)
    private static let itemEnd = DICOMTag(group: 0xFFFE, element: 0xE00D)
    private static let sequenceEnd = DICOMTag(group: 0xFFFE, element: 0xE0DD)
    /// Deeper nesting is no image.
    private static let largestDepth = 16

    /// Two-byte lengths follow these, and four-byte lengths after a gap the others.
    private static let short: Set<String> = [
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL",
        "SS", "ST", "TM", "UI", "UL", "US",
    ]
    private static let long: Set<String> = [
        "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
    ]

    private mutating func number(_ size: Int) throws(ImageFault) -> Int {
        guard position + size <= bytes.count else { throw damage }
        defer { position += size }
        return (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }

    private mutating func nextTag() throws(ImageFault) -> DICOMTag {
        DICOMTag(group: try number(2), element: try number(2))
    }

    /// Moves behind an element whose tag has been read; returns where its value begins.
    private mutating func readElement(
        _ tag: DICOMTag, isExplicit: Bool, end: Int, depth: Int
    ) throws(ImageFault) -> Int {
        guard depth < Self.largestDepth, tag.group != Self.item.group else { throw damage }
        var kind: String?
        var length: Int
        if isExplicit {
            guard position + 2 <= end else { throw damage }
            let name = String(decoding: bytes[position..<position + 2], as: UTF8.self)
            position += 2
            guard Self.short.contains(name) || Self.long.contains(name) else { throw damage }
            if Self.long.contains(name) { position += 2 }
            length = try number(Self.long.contains(name) ? 4 : 2)
            kind = name
        } else {
            length = try number(4)
        }
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
    func text(_ tag: DICOMTag) -> String? {
        guard let range = values[tag] else { return nil }
        let padding: [UInt8] = [0, UInt8(ascii: " ")]
        let end = bytes[range].lastIndex { !padding.contains($0) }.map { $0 + 1 }
        return String(decoding: bytes[range.lowerBound..<(end ?? range.lowerBound)], as: UTF8.self)
            .trimmed
    }

    /// Numbers that are written as text, between backslashes.
    func decimals(_ tag: DICOMTag, count: Int) throws(ImageFault) -> [Double]? {
        guard let text = text(tag), !text.isEmpty else { return nil }
        let numbers = text.split(separator: "\\").compactMap { Double($0.trimmed) }
        guard numbers.count == count, numbers.allSatisfy(\.isFinite) else {
            throw .dicom(.value(tag.description))
        }
        return numbers
    }

    /// A number of two bytes.
    func short(_ tag: DICOMTag) throws(ImageFault) -> Int? {
        guard let range = values[tag] else { return nil }
        guard range.count == 2 else { throw .dicom(.value(tag.description)) }
        return Int(bytes[range.lowerBound]) | Int(bytes[range.lowerBound + 1]) << 8
    }
}
