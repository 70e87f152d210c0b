/// What is wrong with a header of text lines, that of an NRRD or MetaImage file.
public enum HeaderFault: Equatable, Sendable {
    /// A line that is no field.
    case line(String)
    case unended
    case missing(String)
    case repeated(String)
    case value(name: String, String)
    /// Two fields that say the same thing, differently.
    case contradiction(String, String)
    /// Samples written in another way than as numbers of the machine or compressed by gzip.
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
    /// The beginning, for a message: what is no character to be seen, as in damaged files, could confuse a terminal.
    var shown: String {
        String(prefix(40).map { $0.isASCII && ($0 < " " || $0 == "\u{7F}") ? "?" : $0 })
    }
}
