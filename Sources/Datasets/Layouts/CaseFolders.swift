/// A folder of images and one of label maps, matched by their names.
struct CaseFolders {
    /// Relative to the reader's folder; nil for that itself.
    let imageFolder: String?
    let labelFolder: String?
    /// Label maps by the case that they belong to.
    private(set) var labels: [String: [ImageFileName]]
    private(set) var images: [String: CaseImages]

    /// The image files of one case.
    struct CaseImages {
        /// Files named as the case itself, with all channels in each.
        var whole: [ImageFileName] = []
        /// Files with a channel's number behind the case's name.
        var channels: [Int: [ImageFileName]] = [:]

        var all: [ImageFileName] {
            whole + channels.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    /// Whether the digits at the end of a name number channels.
    enum Suffixes {
        case always
        /// Where a label map has the name without them.
        case byLabels
    }

    init(
        images: [ImageFileName], in imageFolder: String?, labels: [ImageFileName],
        in labelFolder: String?, suffixes: Suffixes
    ) {
        self.imageFolder = imageFolder
        self.labelFolder = labelFolder
        let byCase = Dictionary(grouping: labels, by: \.stem)
        let areNumbered =
            suffixes == .always
            || images.contains { image in
                guard byCase[image.stem] == nil, let channel = image.channel else { return false }
                return byCase[channel.identifier] != nil
            }
        self.labels = byCase
        self.images = [:]
        for image in images {
            if byCase[image.stem] == nil, areNumbered, let channel = image.channel {
                self.images[channel.identifier, default: CaseImages()]
                    .channels[channel.index, default: []].append(image)
            } else {
                self.images[image.stem, default: CaseImages()].whole.append(image)
            }
        }
    }

    /// The cases, sorted by name, after faults of those that are not whole have been reported.
    ///
    /// The number of channels is the largest that a case has, if it is not given.
    func cases(channels given: Int?, reader: inout LayoutReader) -> [Dataset.Case] {
        // One file for a case may hold all channels, as long as no case has more files.
        let mostFiles = images.values.map(\.channels.count).max() ?? 0
        let channels = mostFiles > 1 ? given ?? mostFiles : 1
        return images.keys.sorted().compactMap { identifier in
            guard let images = images[identifier] else { return nil }
            let before = reader.faults.count
            let files = imageFiles(images, identifier, channels: channels, reader: &reader)
            let label = label(of: identifier, reader: &reader)
            guard reader.faults.count == before else { return nil }
            return Dataset.Case(identifier: identifier, images: files, label: label)
        }
    }

    /// Reports label maps without an image.
    func reportOrphans(reader: inout LayoutReader) {
        for (identifier, files) in labels.sorted(by: { $0.key < $1.key })
        where images[identifier] == nil {
            reader.report(
                .imageMissing, file: labelFolder.map { "\($0)/\(files[0].name)" },
                caseIdentifier: identifier)
        }
    }

    private func imageFiles(
        _ images: CaseImages, _ identifier: String, channels: Int, reader: inout LayoutReader
    ) -> [String] {
        let path = { (file: ImageFileName) in (imageFolder.map { $0 + "/" } ?? "") + file.name }
        let sets = [images.whole] + images.channels.values
        let kinds = (images.whole.isEmpty ? 0 : 1) + (images.channels.isEmpty ? 0 : 1)
        if kinds > 1 {
            reader.report(.sameImage(images.all.map(path)), caseIdentifier: identifier)
        }
        for same in sets where same.count > 1 {
            reader.report(.sameImage(same.map(path)), caseIdentifier: identifier)
        }
        if images.whole.isEmpty {
            let missing = (0..<channels).filter { images.channels[$0] == nil }
            if !missing.isEmpty {
                reader.report(
                    .channelMissing(missing), file: images.all.first.map(path),
                    caseIdentifier: identifier)
            } else if images.channels.count > channels {
                reader.report(
                    .channelCount(found: images.channels.count, expected: channels),
                    file: images.all.first.map(path), caseIdentifier: identifier)
            }
        }
        return images.all.map { reader.path(path($0)) }
    }

    private func label(of identifier: String, reader: inout LayoutReader) -> String? {
        guard let labelFolder, let files = labels[identifier] else { return nil }
        let paths = files.map { "\(labelFolder)/\($0.name)" }
        if paths.count > 1 { reader.report(.sameImage(paths), caseIdentifier: identifier) }
        return reader.path(paths[0])
    }
}
