/// A header of lines `name: value` or `name = value`, before binary samples.
struct TextHeader {
    private var fields: [String: String] = [:]
    /// The end of the header, where samples may begin, in bytes.
    private(set) var end = 0

    /// The size of the longest header that is read: those of segmentations name hundreds of structures.
    static let maxSize = 1 << 20

    /// Adds a field, which may occur only once: readers differ in which of two they use.
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
    /// The text without white space around it, a carriage return included.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// A fault of a header of text lines, that of an NRRD or MetaImage file.
public enum HeaderFault: Equatable, Sendable {
    /// A line that is not a field.
    case line(String)
    case unended
    case missing(String)
    case repeated(String)
    case value(name: String, String)
    /// Two fields that say the same thing, differently.
    case contradiction(String, String)
    /// Samples that are neither raw nor compressed by gzip.
    case encoding(String)
    case severalFiles(String)
    /// A file of samples elsewhere than beside the header.
    case outside(String)
    /// More lines to be skipped than there are.
    case lineSkip(Int)
    case zlibDamaged
    /// The whole file in a gzip file.
    case compressedWhole
}

extension HeaderFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .line(let line):
            "has a header line that is no field, “\(line.shown)”: correct its header"
        case .unended: "is cut short in its header, which does not end; copy or download it again"
        case .missing(let name): "lacks the header field “\(name.shown)”: correct its header"
        case .repeated(let name):
            "has the header field “\(name.shown)” twice: remove the wrong one from its header"
        case .value(let name, let value):
            "has the header field “\(name.shown)” with “\(value.shown)”, which segnas3d does not take: "
                + "correct its header"
        case .contradiction(let name, let other):
            "has the header fields “\(name)” and “\(other)”, which contradict each other: remove the wrong one"
        case .encoding(let encoding):
            "has samples in the encoding “\(encoding.shown)”, which segnas3d does not read: "
                + "write it again as raw or gzip"
        case .severalFiles(let name):
            "has its samples in several files, “\(name.shown)”: write it again with one file"
        case .outside(let name):
            "has its samples in the file “\(name.shown)”, which is not in its folder: move it there, and "
                + "correct the header"
        case .lineSkip(let count):
            "has fewer than the \(count) lines that its header says to skip: correct its header"
        case .zlibDamaged:
            "is damaged: its zlib stream is cut short or fails its checksum; copy or download it again"
        case .compressedWhole:
            "is compressed as a whole: decompress it (both formats can compress their samples)"
        }
    }
}

extension String {
    /// The beginning, for a message, without control characters, which could confuse a terminal.
    var shown: String {
        String(prefix(40).map { $0.isASCII && ($0 < " " || $0 == "\u{7F}") ? "?" : $0 })
    }
}
