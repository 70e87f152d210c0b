/// What a file in the folder of its case is, by its name without that of the folder.
///
/// In the folder `BraTS_001`, `BraTS_001_t1.nii.gz` is the channel t1 and `BraTS_001_seg.nii.gz` the label map; in `patient001`,
/// `patient001_frame12_gt.nii.gz` is the label map of `frame12`.
struct CaseFolderName {
    let file: ImageFileName
    /// The name without the folder's and without the word that tells the role: empty, or a scan of several.
    let scan: String
    /// The name without the folder's only.
    let remainder: String
    let role: Role

    enum Role: Hashable {
        case image, label
        case channel(CaseChannel)
        /// The name does not tell.
        case unclear
    }

    init(_ file: ImageFileName, in folder: String) {
        self.file = file
        let stem = Self.dropping(folder, from: file.stem)
        remainder = stem
        if file.isSegmentation {
            (role, scan) = (.label, stem.without(NameWords.labels)?.rest ?? stem)
        } else if stem.isEmpty {
            (role, scan) = (.image, "")
        } else if let label = stem.without(NameWords.labels) {
            (role, scan) = (.label, label.rest)
        } else if let channel = stem.without(NameWords.channels) {
            (role, scan) = (.channel(.name(channel.word.lowercased())), channel.rest)
        } else if let image = stem.without(NameWords.images) {
            (role, scan) = (.image, image.rest)
        } else if let channel = file.channel {
            scan = Self.dropping(folder, from: channel.identifier)
            role = .channel(.number(channel.index))
        } else {
            (role, scan) = (.unclear, stem)
        }
    }

    /// A name without a folder's name at its beginning.
    private static func dropping(_ folder: String, from stem: String) -> String {
        guard stem.lowercased().hasPrefix(folder.lowercased()) else { return stem }
        let rest = stem.dropFirst(folder.count)
        // The case 1 is not the beginning of the case 12.
        guard rest.first.map({ "_-. ".contains($0) }) ?? true else { return stem }
        return String(rest.drop { "_-. ".contains($0) })
    }
}
