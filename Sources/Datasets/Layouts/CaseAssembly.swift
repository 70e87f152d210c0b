/// The files of cases, gathered by what their names say, before it is known whether every case is whole.
struct CaseAssembly {
    /// Paths as faults name them, relative to the reader's folder.
    private(set) var images: [String: [CaseChannel: [String]]] = [:]
    private(set) var labels: [String: [String]] = [:]

    mutating func add(image path: String, of identifier: String, _ channel: CaseChannel) {
        images[identifier, default: [:]][channel, default: []].append(path)
    }

    mutating func add(label path: String, of identifier: String) {
        labels[identifier, default: []].append(path)
    }

    mutating func remove(_ identifier: String) {
        images[identifier] = nil
        labels[identifier] = nil
    }

    /// The most files with a channel's number that a case has.
    var filesPerCase: Int {
        images.values.map { $0.keys.count(where: \.isNumber) }.max() ?? 0
    }

    /// The names of channels in the names of files; nil if they are not named there.
    var channelNames: [String]? {
        let names = Set(images.values.flatMap { $0.keys.compactMap(\.name) })
        return names.isEmpty ? nil : names.sorted()
    }

    /// The cases, sorted by name, after faults of those that are not whole have been reported.
    ///
    /// The number of channels is the largest that a case has, if it is not given; their names and order are theirs too.
    func cases(
        channels given: Int?, named: [String]? = nil, filesPerCase atLeast: Int = 0,
        reader: inout LayoutReader
    ) -> [Dataset.Case] {
        let expected = channels(given, named, atLeast)
        return images.keys.sorted().compactMap { identifier in
            guard let files = images[identifier] else { return nil }
            let before = reader.faults.count
            check(files, of: identifier, expected: expected, reader: &reader)
            let label = label(of: identifier, reader: &reader)
            guard reader.faults.count == before else { return nil }
            let paths = (files[.whole] ?? expected.flatMap { files[$0] ?? [] }).map(reader.path)
            return Dataset.Case(identifier: identifier, images: paths, label: label)
        }
    }

    private func channels(_ given: Int?, _ named: [String]?, _ atLeast: Int) -> [CaseChannel] {
        if let names = named ?? channelNames { return names.map { .name($0) } }
        // One file for a case may hold all channels, as long as no case has more files.
        let maximum = max(filesPerCase, atLeast)
        return (0..<(maximum > 1 ? given ?? maximum : 1)).map { .number($0) }
    }

    private func check(
        _ files: [CaseChannel: [String]], of identifier: String, expected: [CaseChannel],
        reader: inout LayoutReader
    ) {
        let all = files.sorted { $0.key < $1.key }.flatMap(\.value)
        if files[.whole] != nil, files.count > 1 {
            reader.report(.sameImage(all), caseIdentifier: identifier)
        }
        for same in files.sorted(by: { $0.key < $1.key }).map(\.value) where same.count > 1 {
            reader.report(.sameImage(same), caseIdentifier: identifier)
        }
        guard files[.whole] == nil else { return }
        let missing = expected.filter { files[$0] == nil }
        if !missing.isEmpty {
            reader.report(
                .channelMissing(missing), file: all.first, caseIdentifier: identifier)
        } else if files.count > expected.count {
            reader.report(
                .channelCount(found: files.count, expected: expected.count), file: all.first,
                caseIdentifier: identifier)
        }
    }

    private func label(of identifier: String, reader: inout LayoutReader) -> String? {
        guard let files = labels[identifier] else { return nil }
        if files.count > 1 { reader.report(.severalLabels(files), caseIdentifier: identifier) }
        return reader.path(files[0])
    }

    /// Reports label maps without an image, each with the image that was probably meant.
    func reportOrphans(reader: inout LayoutReader) {
        let unlabelled = images.filter { labels[$0.key] == nil }.keys.sorted()
        let orphans = labels.filter { images[$0.key] == nil }.sorted { $0.key < $1.key }
        for (index, (identifier, files)) in orphans.enumerated() {
            // Only the first faults of one kind are reported in full.
            let near = index < 100 ? NameGuess.nearest(to: identifier, among: unlabelled) : nil
            let image = near.flatMap { images[$0]?.min { $0.key < $1.key }?.value.first }
            reader.report(
                .imageMissing(probably: image), file: files[0], caseIdentifier: identifier)
        }
    }
}

extension LayoutReader {
    /// Cases of a folder of images and one of label maps, matched by their names; nil after faults.
    ///
    /// Folders are relative to the dataset's.
    mutating func assembly(images imageFolder: String, labels labelFolder: String) -> CaseAssembly?
    {
        let images = imageNames(in: imageFolder)
        let labels = imageNames(in: labelFolder)
        guard let images, let labels else { return nil }
        for folder in [imageFolder, labelFolder] { reportUnknownFiles(in: folder) }
        if images.isEmpty, let inner = FolderListing(path(imageFolder))?.folders.first {
            report(
                .unrecognised(
                    hint:
                        "\(imageFolder) holds folders such as \(inner), and no images: put them into "
                        + "\(imageFolder) itself, and label maps into \(labelFolder)"))
            return nil
        }
        return assembly(images, in: imageFolder, labels, in: labelFolder)
    }

    /// Cases of images and label maps with these names; folders are nil for the dataset's own.
    mutating func assembly(
        _ images: [ImageFileName], in imageFolder: String?, _ labels: [ImageFileName],
        in labelFolder: String?
    ) -> CaseAssembly {
        let pairing = NamePairing(images: images, labels: labels)
        var assembly = CaseAssembly()
        for image in images {
            let (identifier, channel) = pairing.identifier(ofImage: image)
            assembly.add(image: joined(imageFolder, image.name), of: identifier, channel)
        }
        for label in labels {
            assembly.add(
                label: joined(labelFolder, label.name), of: pairing.identifier(ofLabel: label))
        }
        reportStrayChannels(of: images, in: imageFolder, &assembly)
        if imageFolder != labelFolder, let example = pairing.example(unlike: true) {
            note("names are paired as \(example)")
        }
        return assembly
    }

    /// Reports channels beside one that has a label map of exactly its name: they would go unread.
    private mutating func reportStrayChannels(
        of images: [ImageFileName], in folder: String?, _ assembly: inout CaseAssembly
    ) {
        let numbered = NumberedChannels(images).cases.sorted { $0.key < $1.key }
        for (identifier, files) in numbered where assembly.images[identifier] == nil {
            guard let first = files[0], let label = assembly.labels[first.stem]?.first else {
                continue
            }
            let others = files.filter { $0.key != 0 }.sorted { $0.key < $1.key }.map(\.value)
            report(
                .channelUnread(others.map { joined(folder, $0.name) }, label: label),
                file: joined(folder, first.name), caseIdentifier: first.stem)
            for other in others { assembly.remove(other.stem) }
        }
    }

    private func joined(_ folder: String?, _ name: String) -> String {
        folder.map { "\($0)/\(name)" } ?? name
    }

    /// The images of a folder of the dataset; nil after a fault.
    mutating func imageNames(in name: String) -> [ImageFileName]? {
        if let images = ImageFileName.all(in: path(name)) { return images }
        report(isFolder(name) ? .unlistable : .missing, file: name)
        return nil
    }

    /// Warns of files of a folder that no reader knows and that may be images: cases would be missed.
    private mutating func reportUnknownFiles(in folder: String) {
        let names = FolderListing(path(folder))?.others ?? []
        for name in names where !Self.isHarmless(name.lowercased()) {
            report(.unknownEnding, file: "\(folder)/\(name)")
        }
    }

    /// Notes, tables and the like, which lie beside images, and the samples of images in two files.
    private static func isHarmless(_ name: String) -> Bool {
        let notes = [
            "readme", "license", "licence", "changes", "makefile", "thumbs.db", "desktop.ini",
        ]
        let endings = [
            ".txt", ".md", ".rst", ".pdf", ".csv", ".tsv", ".xls", ".xlsx", ".docx", ".json",
            ".xml",
            ".yaml", ".yml", ".html", ".log", ".py", ".sh", ".m", ".png", ".jpg", ".bval", ".bvec",
            ".raw", ".zraw", ".lnk", ".ctbl", ".label",
        ]
        return notes.contains(name) || endings.contains { name.hasSuffix($0) }
    }
}
