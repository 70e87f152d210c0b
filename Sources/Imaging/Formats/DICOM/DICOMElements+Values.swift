internal import SegNASHost

extension DICOMElements {
    /// A longer value is no number, name or date.
    private static let longestText = 1 << 14

    /// Nil for an attribute that is missing or empty.
    func text(_ tag: DICOMTag) -> String? {
        guard let range = values[tag], range.count <= Self.longestText, let bytes = bytes(tag)
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
