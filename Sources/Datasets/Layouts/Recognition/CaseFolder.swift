/// A folder that holds the images of one case, or of several scans of a subject, with their label maps.
struct CaseFolder {
    /// Relative to the dataset's folder.
    let path: String
    let labels: [CaseFolderName]
    let images: [CaseFolderName]

    init(_ path: String, _ files: [ImageFileName]) {
        self.path = path
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let parts = files.map { CaseFolderName($0, in: name) }
        labels = parts.filter { $0.role == .label }
        images = parts.filter { $0.role != .label }
    }

    /// A label map and the images that it belongs to, or images without one.
    struct Scan {
        /// Empty if the folder holds one.
        var name: String
        var label: CaseFolderName?
        var images: [CaseFolderName]
    }

    /// The scans of the folder, and images that are part of none.
    var scans: (found: [Scan], rest: [CaseFolderName]) {
        guard !labels.isEmpty else {
            let isOne = images.count == 1 || areChannels(images)
            return isOne ? ([Scan(name: "", label: nil, images: images)], []) : ([], images)
        }
        let images = labels.map { self.images(of: $0) }
        let isAlone = Set(images.map { $0.map(\.file) }).count == 1
        let found = zip(labels, images).map { label, images in
            Scan(name: isAlone ? "" : label.scan, label: label, images: images)
        }
        let used = Set(found.flatMap { $0.images.map(\.file) })
        return (found, self.images.filter { !used.contains($0.file) })
    }

    /// Label maps that belong to an image of the folder by their names, and where there are such, all label maps.
    var companions: Set<ImageFileName> {
        let named = labels.filter { label in
            images.contains { [$0.remainder, $0.scan].contains(label.scan) }
        }
        return Set((named.isEmpty ? [] : labels).map(\.file))
    }

    private func images(of label: CaseFolderName) -> [CaseFolderName] {
        if images.count == 1 { return images }
        let named = images.filter { $0.remainder == label.scan }
        if !named.isEmpty, !label.scan.isEmpty { return named }
        let same = images.filter { $0.scan == label.scan && $0.role != .unclear }
        if !same.isEmpty { return same }
        return areChannels(images) ? images : []
    }

    /// True if all are channels of one scan by their names.
    private func areChannels(_ images: [CaseFolderName]) -> Bool {
        let channels = images.compactMap { image in
            if case .channel(let channel) = image.role { channel } else { nil }
        }
        return Set(channels).count == images.count && Set(images.map(\.scan)).count == 1
    }
}

extension CaseFolder.Scan {
    /// The channel of each image; nil if the names do not tell them apart.
    var channels: [CaseChannel]? {
        if images.count == 1, case .channel(.name(let name)) = images[0].role {
            return [.name(name)]
        }
        if images.count == 1 { return [.whole] }
        let channels = images.compactMap { image in
            if case .channel(let channel) = image.role { channel } else { nil }
        }
        return Set(channels).count == images.count ? channels : nil
    }
}

/// The role of a file in the folder of its case, by its name without that of the folder.
///
/// In the folder `BraTS_001`, `BraTS_001_t1.nii.gz` is the channel t1 and `BraTS_001_seg.nii.gz` the label map; in
/// `patient001`, `patient001_frame12_gt.nii.gz` is the label map of `frame12`.
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
