/// What a file in a folder of DICOM files is.
enum DICOMFile {
    case image(DICOMImage)
    /// A DICOM file without an image, and the modality that it names.
    case document(String?)
    /// The text, picture or program that discs and users put beside images.
    case other
    /// Nothing that is known here.
    case unknown

    /// - Throws: ``ImageError`` for a file that may well be an image and cannot be read as one.
    init(_ path: String) throws(ImageError) {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let isNamed = [".dcm", ".ima", ".dicom"].contains { name.hasSuffix($0) }
        let file: InputFile
        do {
            file = try InputFile(path)
        } catch {
            // An empty slice is one that has been lost; other empty files are not worth a word.
            guard error.fault == .empty, name.contains("."), !isNamed else { throw error }
            self = .other
            return
        }
        let head = try file.head(Self.headSize)
        guard let start = DICOMStart(head) else {
            let isPointer = Self.isPointer(head)
            guard !isNamed, !isPointer else {
                throw ImageError(file: path, fault: .dicom(isPointer ? .pointer : .unmarked))
            }
            self = Self.isKnown(head, name: name) ? .other : .unknown
            return
        }
        let elements = DICOMElements(FileBlocks(file), start: start)
        let image = try naming(path) { () throws(ImageFault) in
            try DICOMImage(elements, path: path)
        }
        let isIndex = elements.text(.kindOfFile) == DICOMImage.folderIndex
        self = image.map { .image($0) } ?? (isIndex ? .other : .document(elements.text(.modality)))
    }
}

extension DICOMFile {
    private static let headSize = 512

    /// Whether a file stands for one that another tool keeps elsewhere.
    private static func isPointer(_ head: [UInt8]) -> Bool {
        head.starts(with: Array("version https://git-lfs.".utf8))
            || head.starts(with: Array("/annex/objects/".utf8))
    }

    private static func isKnown(_ head: [UInt8], name: String) -> Bool {
        name == "thumbs.db" || name == "desktop.ini" || isText(head)
            || marks.contains { head.starts(with: $0) }
    }

    /// What begins pictures, documents, archives, films, sounds and programs.
    private static let marks: [[UInt8]] = [
        [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], Array("GIF8".utf8), Array("BM".utf8),
        Array("II*\0".utf8), Array("MM\0*".utf8), [0, 0, 1, 0], Array("RIFF".utf8),
        Array("%PDF".utf8), Array("PK\u{3}\u{4}".utf8), [0xD0, 0xCF, 0x11, 0xE0],
        Array("MZ".utf8), [0x7F, 0x45, 0x4C, 0x46], Array("SQLite".utf8), Array("MSCF".utf8),
    ]

    /// Whether bytes are text: no controls but those of lines, or text of 16 bits, which says so.
    private static func isText(_ head: [UInt8]) -> Bool {
        head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
            || head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x08...0x0D).contains($0) }
    }
}
