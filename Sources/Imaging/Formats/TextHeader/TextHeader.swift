/// A header of lines `name: value` or `name = value`, before binary samples.
struct TextHeader {
    private var fields: [String: String] = [:]
    /// Where the header ends and samples may begin, in bytes.
    private(set) var end = 0

    /// The longest header that is looked at: those of segmentations name hundreds of structures.
    static let largestSize = 1 << 20

    /// Takes a field, which may be there once only: readers differ in which of two they believe.
    mutating func add(_ name: String, _ value: String) throws(ImageFault) {
        guard fields.updateValue(value, forKey: name) == nil else {
            throw .header(.repeated(name))
        }
    }

    /// Gives the lines of a header to a body until it says that one was the last; returns whether it did.
    mutating func readLines(
        of bytes: [UInt8], _ body: (inout TextHeader, String) throws(ImageFault) -> Bool
    ) throws(ImageFault) -> Bool {
        while end < bytes.count {
            let newline = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = String(decoding: bytes[end..<newline], as: UTF8.self)
            end = min(newline + 1, bytes.count)
            if try body(&self, line.trimmed) { return true }
        }
        return false
    }

    /// The value of a field, for which spaces in its name do not count.
    subscript(name: String) -> String? { fields[name.filter { $0 != " " }] }

    func text(_ name: String) throws(ImageFault) -> String {
        guard let value = self[name] else { throw .header(.missing(name)) }
        return value
    }

    /// Numbers between spaces.
    func numbers<Number: LosslessStringConvertible>(
        _ name: String, as type: Number.Type
    ) throws(ImageFault) -> [Number] {
        let words = try text(name).split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Number(String($0)) }
        guard !words.isEmpty, numbers.count == words.count else { throw invalid(name) }
        return numbers
    }

    func integer(_ name: String, default standard: Int? = nil) throws(ImageFault) -> Int {
        if let standard, self[name] == nil { return standard }
        let numbers = try numbers(name, as: Int.self)
        guard numbers.count == 1 else { throw invalid(name) }
        return numbers[0]
    }

    func boolean(_ name: String, default standard: Bool) throws(ImageFault) -> Bool {
        switch self[name]?.lowercased() {
        case nil: return standard
        case "true", "1": return true
        case "false", "0": return false
        default: throw invalid(name)
        }
    }

    func invalid(_ name: String) -> ImageFault {
        .header(.value(name: name, self[name] ?? ""))
    }
}

extension StringProtocol {
    /// Without white space around it, a carriage return included.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
