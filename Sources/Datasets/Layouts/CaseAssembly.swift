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

    /// What channels are called in the names of files; nil where they are not.
    var channelNames: [String]? {
        let names = Set(images.values.flatMap { $0.keys.compactMap(\.name) })
        return names.isEmpty ? nil : names.sorted()
    }

    /// The cases, sorted by name, after faults of those that are not whole have been reported.
    ///
    /// The number of channels is the largest that a case has, if it is not given; so are their names, and the order is theirs.
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
        let most = max(filesPerCase, atLeast)
        return (0..<(most > 1 ? given ?? most : 1)).map { .number($0) }
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
            // Faults of one kind are told by the first ones.
            let near = index < 100 ? NameGuess.nearest(to: identifier, among: unlabelled) : nil
            let image = near.flatMap { images[$0]?.min { $0.key < $1.key }?.value.first }
            reader.report(
                .imageMissing(probably: image), file: files[0], caseIdentifier: identifier)
        }
    }
}
