import FoundationEssentials

/// The name of an image file in its parts: `brain_01_0000.nii.gz` is the stem `brain_01_0000` and `.nii.gz`.
struct ImageFileName: Hashable, Sendable {
    var stem: String
    var ending: String

    /// What `Volume(contentsOf:)` reads; the longer of two that fit comes first.
    static let endings = [
        ".seg.nrrd", ".seg.nhdr",
        ".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".mgh", ".mgz", ".hdr.gz", ".hdr",
        ".img.gz", ".img",
    ]

    /// Nil for what is no image by its name, and for hidden files such as macOS's `._scan.nii.gz`.
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

    /// Whether it is one of Slicer's label maps: `P001.seg.nrrd`.
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
    /// Nil where the folder cannot be read.
    static func all(in folder: String) -> [ImageFileName]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return nil
        }
        let present = Set(names)
        let images = names.compactMap { ImageFileName($0) }.filter { image in
            guard image.ending.lowercased().hasPrefix(".img") else { return true }
            return ![".hdr", ".hdr.gz"].contains { present.contains(image.stem + $0) }
        }
        return images.sorted { $0.name < $1.name }
    }
}
