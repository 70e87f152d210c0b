internal import FoundationEssentials
internal import SegNASHost

/// The name of an image file in its parts: `brain_01_0000.nii.gz` is the stem `brain_01_0000` and `.nii.gz`.
struct ImageFileName: Hashable, Sendable {
    var stem: String
    var ending: String

    /// The endings that `Volume(contentsOf:)` reads; the longer of two that fit comes first.
    static let endings = [
        ".seg.nrrd", ".seg.nhdr",
        ".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".mgh", ".mgz", ".hdr.gz", ".hdr",
        ".img.gz", ".img",
    ]

    /// Splits a name; nil for names that are not those of images, and for hidden files such as macOS's `._scan.nii.gz`.
    init?(_ name: String) {
        guard !name.hasPrefix("."),
            let ending = Self.endings.first(where: { name.lowercased().hasSuffix($0) }),
            name.count > ending.count
        else { return nil }
        stem = String(name.dropLast(ending.count))
        self.ending = String(name.suffix(ending.count))
    }

    init(stem: String, ending: String) {
        self.stem = stem
        self.ending = ending
    }

    var name: String { stem + ending }

    /// True for one of Slicer's label maps: `P001.seg.nrrd`.
    var isSegmentation: Bool { ending.lowercased().hasPrefix(".seg.") }

    /// The case and the channel of a name such as `brain_01_0000`, nnU-Net's way to name channels.
    var channel: (identifier: String, index: Int)? {
        let digits = stem.suffix(4)
        guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            stem.dropLast(4).last == "_", stem.count > 5, let index = Int(digits)
        else { return nil }
        return (String(stem.dropLast(5)), index)
    }

    /// The images of a folder by name; of a pair such as `.hdr` and `.img`, the header.
    ///
    /// Nil if the folder cannot be read.
    static func all(in folder: String) -> [ImageFileName]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return nil
        }
        return withoutSamples(names).compactMap { ImageFileName($0) }.sorted { $0.name < $1.name }
    }

    /// Names without those of the samples of an image in two files whose header is among them, too.
    static func withoutSamples(_ names: [String]) -> [String] {
        let present = Set(names)
        return names.filter { name in
            !headers.contains { samples, headers in
                guard name.lowercased().hasSuffix(samples) else { return false }
                let stem = name.dropLast(samples.count)
                return headers.contains { present.contains(stem + $0) }
            }
        }
    }

    /// The endings of samples, and those of headers that may lie beside them.
    private static let headers = [
        (".img", [".hdr", ".hdr.gz"]), (".img.gz", [".hdr", ".hdr.gz"]),
        (".raw", [".mhd", ".nhdr"]), (".zraw", [".mhd"]), (".raw.gz", [".nhdr"]),
    ]
}

/// Cases of which several files differ only in nnU-Net's number of the channel: `a_0000`, `a_0001`.
///
/// Four digits may number cases as well: `scan_0000` to `scan_0099` are a hundred scans. Channels are few and
/// begin with 0.
struct NumberedChannels {
    /// Files by channel, by the name of the case.
    let cases: [String: [Int: ImageFileName]]

    /// The largest number of channels; no dataset has had more.
    static let limit = 16

    init(_ images: [ImageFileName]) {
        var found: [String: [Int: ImageFileName]] = [:]
        for image in images {
            guard let (identifier, index) = image.channel else { continue }
            found[identifier, default: [:]][index] = image
        }
        let several = found.filter { _, files in
            files.count > 1 && files[0] != nil && files.keys.allSatisfy { $0 < Self.limit }
        }
        // A single name with many numbers is a series of scans.
        let isSeries = found.count == 1 && several.values.contains { $0.count > 4 }
        cases = isSeries ? [:] : several
    }
}

/// The content of a folder, hidden files and a file system's own folders aside, sorted by name.
struct FolderListing {
    let path: String
    let images: [ImageFileName]
    let folders: [String]
    /// Files whose names are not those of images.
    let others: [String]
    /// Files and folders whose names are not UTF-8.
    let foreign: [NonUTF8Name]

    /// Folders at the top of a disk, which users may not look into.
    private static let systemFolders: Set = [
        "lost+found", "System Volume Information", "$RECYCLE.BIN",
    ]

    /// Nil if the folder cannot be read.
    init?(_ path: String) {
        let files = FileManager.default
        guard let all = ImageFileName.all(in: path),
            let names = try? files.contentsOfDirectory(atPath: path)
        else { return nil }
        foreign = NonUTF8Name.all(in: path)
        let unnamed = Set(foreign.map(\.repaired))
        let rest = names.filter {
            !$0.hasPrefix(".") && ImageFileName($0) == nil && !unnamed.contains($0)
                && !Self.systemFolders.contains($0)
        }.sorted()
        let isFolder = rest.map { FileSystem.isFolder("\(path)/\($0)") }
        self.path = path
        images = all.filter { !unnamed.contains($0.name) }
        folders = zip(rest, isFolder).filter(\.1).map(\.0)
        others = zip(rest, isFolder).filter { !$0.1 }.map(\.0)
    }
}
