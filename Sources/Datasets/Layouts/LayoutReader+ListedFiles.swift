internal import SegNASHost

extension LayoutReader {
    /// A case whose files a description names; nil after faults.
    mutating func listedCase(
        _ identifier: String, images: [String], label: String?, channels: Int?
    ) -> Dataset.Case? {
        let before = faults.count
        let images = images.count == 1 ? channelFiles(of: images[0]) : images
        for file in images + [label].compactMap({ $0 }) where !exists(file) {
            reportMissing(file, identifier)
        }
        if let channels, images.count > 1, images.count != channels {
            report(
                .channelCount(found: images.count, expected: channels), file: images[0],
                caseIdentifier: identifier)
        }
        guard faults.count == before else { return nil }
        return Dataset.Case(
            identifier: identifier, images: images.map(path), label: label.map(path))
    }

    /// The files of an image that is listed without its channels, as in nnU-Net v1's `dataset.json`; else the image.
    func channelFiles(of image: String) -> [String] {
        guard !exists(image), let name = ListedName(image) else { return [image] }
        let files = (0..<NumberedChannels.limit).map { name.channel($0) }.filter(exists)
        return files.isEmpty ? [image] : files
    }

    /// Reports channels beside a listed image that no list names: they would go unread.
    mutating func reportUnreadChannels(
        of images: [String], label: String?, _ identifier: String, listed: Set<String>
    ) {
        guard images.count == 1, exists(images[0]), let name = ListedName(images[0]) else { return }
        var stem = name
        if let (identifier, index) = name.file.channel {
            let labelStem = label.flatMap { ListedName($0) }?.file.stem
            guard index == 0 || labelStem == identifier else { return }
            stem.file.stem = identifier
        }
        let beside = (0..<NumberedChannels.limit).map { stem.channel($0) }
        let unread = beside.filter { exists($0) && !listed.contains(path($0)) }
        guard !unread.isEmpty else { return }
        report(
            .channelUnread(unread, label: nil), file: images[0], caseIdentifier: identifier)
    }

    private mutating func reportMissing(_ file: String, _ identifier: String) {
        let unset = PathExpansion(file).unset
        guard unset.isEmpty else {
            report(.variablesUnset(unset), file: file, caseIdentifier: identifier)
            return
        }
        // Only the first faults of one kind are reported in full.
        let instead = faults.count < 100 ? neighbour(of: file) : nil
        report(.fileMissing(instead: instead), file: file, caseIdentifier: identifier)
    }

    /// A file that lies where another should, and has almost its name.
    private func neighbour(of file: String) -> String? {
        // Paths as Windows writes them.
        let slashed = file.replacing("\\", with: "/")
        if slashed != file, exists(slashed) { return slashed }
        guard let name = ListedName(file),
            let listing = FolderListing(path(name.folder.isEmpty ? "." : name.folder))
        else { return nil }
        let near = NameGuess.nearest(to: name.file.stem, among: listing.images.map(\.stem))
        return listing.images.first { $0.stem == near }.map { name.folder + $0.name }
    }
}

/// A path of a list, in its parts.
private struct ListedName {
    /// The folder with a slash at its end; empty for that of the list.
    let folder: String
    var file: ImageFileName

    init?(_ path: String) {
        let parts = PathParts(path)
        guard let file = ImageFileName(parts.name) else { return nil }
        folder = parts.prefix
        self.file = file
    }

    func channel(_ number: Int) -> String {
        "\(folder)\(file.stem)_\(channelDigits(number))\(file.ending)"
    }
}
