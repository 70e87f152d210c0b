/// A file or folder in an image's place, under its name, that is not one.
public enum StandIn: Equatable, Sendable {
    /// A text that git-lfs puts there until the file is fetched.
    case lfsPointer
    /// A text that git-annex puts there until the file is fetched.
    case annexPointer
    /// A symbolic link to a file that is not there, which git-annex may fetch.
    case brokenLink(to: String, isAnnexed: Bool)
    /// A folder with an image's name, and an image in it.
    case folder(holding: String?)
    case webPage
    /// A document of a kind such as JSON, which begins so: often the answer of a server that had no file.
    case document(kind: String, start: String)
    /// The number of zeros at the beginning, which a broken copy leaves.
    case zeros(Int)
    /// A file of a format that holds no volume, or is not read.
    case format(String)
}

extension StandIn: CustomStringConvertible {
    /// The finding and its remedy.
    public var description: String {
        switch self {
        case .lfsPointer: "is a pointer of git-lfs, not the image: run git lfs pull"
        case .annexPointer: "is a pointer of git-annex, not the image: run git annex get on it"
        case .brokenLink(_, isAnnexed: true):
            "is a link of git-annex to a file that is not there: run git annex get on it"
        case .brokenLink(let target, isAnnexed: false):
            "is a link to a file that is not there, \(target.prefix(200)): put it there, or fix the link"
        case .folder(let name?):
            "is a folder with the name of an image: move \(name), which it holds, into its place"
        case .folder(nil): "is an empty folder with the name of an image: put the file in its place"
        case .webPage:
            "is a web page, not the image: the download failed, or needs a login; download it again"
        case .document(let kind, let start):
            "is \(kind), not the image, and begins with “\(start)”: if a download failed, download it again"
        case .zeros(let count):
            "begins with \(count) zeros, as a copy that was broken off does: copy or download it again"
        case .format(let name):
            "is \(name), which segnas3d does not read: convert it to NIfTI"
        }
    }
}

// MARK: - Recognition

extension StandIn {
    /// Recognises the first bytes of a file, decompressed; nil if they are unknown.
    init?(_ head: [UInt8]) {
        if let name = Self.formatName(head) {
            self = .format(name)
        } else if head.count >= 64, head.allSatisfy({ $0 == 0 }) {
            self = .zeros(head.count)
        } else if let text = Self.text(head) {
            self.init(text: text)
        } else {
            return nil
        }
    }

    private static func formatName(_ head: [UInt8]) -> String? {
        let marks: [(offset: Int, bytes: [UInt8], name: String)] = [
            (0, [0x89] + Array("PNG".utf8), "a PNG picture"),
            (0, [0xFF, 0xD8, 0xFF], "a JPEG picture"),
            (0, Array("GIF8".utf8), "a GIF picture"), (0, Array("II*\0".utf8), "a TIFF picture"),
            (0, Array("MM\0*".utf8), "a TIFF picture"), (0, Array("%PDF".utf8), "a PDF document"),
            (0, [0x89] + Array("HDF".utf8), "an HDF5 file, as MINC 2 and MATLAB write"),
            (0, Array("CDF\u{1}".utf8), "a NetCDF file, as MINC 1 writes"),
            (0, [0x93] + Array("NUMPY".utf8), "a NumPy array"),
            (0, Array("MATLAB 5.0".utf8), "a MATLAB file"),
            (0, Array("# vtk DataFile".utf8), "a VTK file"),
            (257, Array("ustar".utf8), "a tar archive"),
        ]
        return marks.first { head.dropFirst($0.offset).starts(with: $0.bytes) }?.name
    }

    /// The text of a file without control characters; nil for others.
    private static func text(_ head: [UInt8]) -> String? {
        let isText = !head.contains { $0 < 32 && !(9...13).contains($0) || $0 == 127 }
        return isText && !head.isEmpty ? String(decoding: head, as: UTF8.self) : nil
    }

    private init(text: String) {
        let text = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        let small = text.lowercased()
        if text.hasPrefix("version https://git-lfs.github.com") {
            self = .lfsPointer
        } else if text.prefix(300).contains("/annex/objects/") {
            self = .annexPointer
        } else if small.hasPrefix("<!doctype html") || small.contains("<html")
            || small.contains("<body")
        {
            self = .webPage
        } else {
            let first = text.prefix { !$0.isNewline }
            let start = first.count > 60 ? first.prefix(60) + "…" : first
            self = .document(kind: Self.kind(of: text), start: String(start))
        }
    }

    private static func kind(of text: Substring) -> String {
        switch text.first {
        case "{", "[": "a JSON document"
        case "<": "an XML document"
        default: "a text file"
        }
    }
}
