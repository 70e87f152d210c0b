internal import FoundationEssentials
internal import SegNASHost
internal import SegNASImaging

/// Finds every image file and DICOM series in a folder and the folders in it, and accounts for all that is neither.
struct InputWalk {
    let root: String
    let channels: InputChannels
    private(set) var faults: [DatasetFault] = []
    private var found: [Found] = []
    private var strangers: [String] = []
    private var labelMaps: [String] = []
    private var inSeries: [String] = []
    private var predictions: [String] = []
    /// Folders with DICOM files, from the root.
    private var seriesFolders: [[String]] = []
    private var visited: Set<String> = []

    /// A case and its folders.
    private struct Found {
        var item: Dataset.Case
        /// Folders from the root to it.
        var folders: [String]
        /// True if no other case lies in the last of them.
        var isAlone: Bool

        var place: String { folders.joined(separator: "/") }

        /// True if its name only says what a file holds, as `imaging` does.
        var isNamedByRole: Bool {
            let words = NameWords.images.union(NameWords.channels)
            return !folders.isEmpty && item.identifier.without(words)?.rest == ""
        }
    }

    init(root: String, channels: InputChannels) {
        self.root = root
        self.channels = channels
    }

    mutating func walk() {
        walk([])
        takeSeries()
    }

    private func path(_ folders: [String]) -> String {
        ([root] + folders).joined(separator: "/")
    }

    private mutating func walk(_ folders: [String]) {
        let path = path(folders)
        // Links may lead back to where they lie.
        guard visited.insert(URL(filePath: path).resolvingSymlinksInPath().path).inserted else {
            return
        }
        guard let listing = FolderListing(path) else {
            faults.append(DatasetFault(.unlistable, file: path))
            return
        }
        faults += listing.foreign.map { DatasetFault(.notUTF8, file: "\(path)/\($0.escaped)") }
        // Files that this program wrote into the folder are not input.
        guard folders.isEmpty || !listing.others.contains(FileSystem.predictionRecord) else {
            predictions.append(folders.joined(separator: "/"))
            return
        }
        takeImages(listing, folders)
        // Alone in the input, files without a mark are reported when they are read.
        let isWhole = folders.isEmpty && listing.images.isEmpty && listing.folders.isEmpty
        let slices = listing.others.filter {
            isWhole || DICOMFolder.isImage("\(path)/\($0)")
        }
        if !slices.isEmpty { seriesFolders.append(folders) }
        let rest = Set(listing.others).subtracting(slices).sorted()
        strangers += rest.map { place(folders, $0) }
        // Files of a series may lie in subfolders, which are not taken for further series.
        guard slices.isEmpty else {
            inSeries += listing.folders.map { place(folders, $0) }
            return
        }
        for folder in listing.folders { walk(folders + [folder]) }
    }

    private func place(_ folders: [String], _ name: String...) -> String {
        (folders + name).joined(separator: "/")
    }

    private mutating func takeImages(_ listing: FolderListing, _ folders: [String]) {
        let name = folders.last ?? root
        let companions = CaseFolder(name, listing.images).companions
        let images = listing.images.filter { !companions.contains($0) }
        labelMaps += listing.images.filter(companions.contains).map { place(folders, $0.name) }
        let inputs = FolderInputs(images, in: listing.path, channels: channels)
        faults += inputs.faults
        found += inputs.cases.map {
            Found(item: $0, folders: folders, isAlone: inputs.cases.count == 1)
        }
    }

    /// Folders with DICOM files become cases: each by itself, or those among which one series is spread as the
    /// folder around them.
    private mutating func takeSeries() {
        let all = Dictionary(uniqueKeysWithValues: seriesFolders.map { (path($0), $0) })
        for group in DICOMSpread.groups(of: seriesFolders.map(path)) {
            let parts = group.compactMap { all[$0] }
            let folders = parts.dropFirst().reduce(parts[0]) { commonStart($0, $1) }
            let around = seriesFolders.filter { $0.starts(with: folders) }
            guard around.count == parts.count else {
                faults.append(
                    DatasetFault(
                        .spreadSeries(parts.map { place($0) }), file: path(folders)))
                continue
            }
            let name = URL(filePath: path(folders)).standardizedFileURL.lastPathComponent
            found.append(
                Found(
                    item: Dataset.Case(identifier: name, images: [path(folders)]),
                    folders: folders,
                    isAlone: !found.contains { $0.folders == folders }))
        }
    }

    /// The cases under names that tell them apart.
    var cases: [Dataset.Case] {
        let names = found.map(\.item.identifier)
        guard Set(names).count < names.count || found.contains(where: \.isNamedByRole) else {
            return found.map(\.item)
        }
        let places = Array(Set(found.map(\.place)))
        let short = Dictionary(uniqueKeysWithValues: zip(places, shortNames(places)))
        return found.map { found in
            var item = found.item
            guard !found.folders.isEmpty, let place = short[found.place] else { return item }
            let isWhole = found.isAlone || item.images == ["\(root)/\(found.place)"]
            item.identifier = isWhole ? place : "\(place)_\(item.identifier)"
            return item
        }
    }

    /// Sentences about what is left out.
    var notes: [String] {
        [
            ("neither images nor DICOM series", strangers),
            ("label maps by their names", labelMaps),
            ("folders within a DICOM series", inSeries), ("predictions", predictions),
        ].filter { !$0.1.isEmpty }.map { kind, files in
            "\(root): passed over as \(kind): \(shortened(files))"
        }
    }
}

private func commonStart(_ a: [String], _ b: [String]) -> [String] {
    Array(zip(a, b).prefix { $0 == $1 }.map(\.0))
}

/// The cases among image files of one folder.
struct FolderInputs {
    private(set) var cases: [Dataset.Case] = []
    private(set) var faults: [DatasetFault] = []

    init(_ images: [ImageFileName], in folder: String, channels: InputChannels) {
        let doubtful = channels.count == 1 ? Self.likeChannels(images) : []
        for files in doubtful {
            faults.append(
                DatasetFault(
                    .channelsOrCases(files.map { "\(folder)/\($0.name)" }),
                    caseIdentifier: files[0].stem))
        }
        let rest = Set(images).subtracting(doubtful.joined()).sorted { $0.name < $1.name }
        var reader = LayoutReader(folder: folder, threads: 1)
        let assembly = Self.assembly(rest, in: folder, channels)
        let isNamed = assembly.channelNames != nil
        cases = assembly.cases(
            channels: channels.count, named: isNamed ? channels.names : nil, reader: &reader)
        faults += reader.faults.map { fault in
            var fault = fault
            fault.file = fault.file.map { "\(folder)/\($0)" }
            return fault
        }
    }

    private static func assembly(
        _ images: [ImageFileName], in folder: String, _ channels: InputChannels
    ) -> CaseAssembly {
        // For one channel, a number at the end is part of the name unless it is 0000 everywhere.
        let isNumbered =
            channels.count > 1 || images.allSatisfy { ($0.channel?.index ?? 0) == 0 }
        let pairing = NamePairing(images: images, labels: [], isNumbered: isNumbered)
        let ownName = folder.split(separator: "/").last.map(String.init) ?? folder
        var assembly = CaseAssembly()
        for image in images {
            if channels.count > 1, let named = image.stem.without(NameWords.channels),
                channels.names.contains(named.word.lowercased())
            {
                let identifier = named.rest.isEmpty ? ownName : named.rest
                assembly.add(image: image.name, of: identifier, .name(named.word.lowercased()))
            } else {
                let (identifier, channel) = pairing.identifier(ofImage: image)
                assembly.add(image: image.name, of: identifier, channel)
            }
        }
        return assembly
    }

    /// Files that differ only in what names channels.
    private static func likeChannels(_ images: [ImageFileName]) -> [[ImageFileName]] {
        let numbered = NumberedChannels(images).cases.values.map { files in
            files.sorted { $0.key < $1.key }.map(\.value)
        }
        let named = images.compactMap { image in
            image.stem.without(NameWords.channels).map { (image: image, parts: $0) }
        }
        let same = Dictionary(grouping: named, by: \.parts.rest).values.filter { group in
            Set(group.map { $0.parts.word.lowercased() }).count > 1
        }
        return (numbered + same.map { $0.map(\.image) }).sorted { $0[0].name < $1[0].name }
    }
}
