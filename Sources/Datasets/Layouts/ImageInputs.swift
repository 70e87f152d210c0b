internal import FoundationEssentials
public import SegNASHost
internal import SegNASImaging

/// Cases to be predicted: image files, folders of them, and datasets.
public struct ImageInputs: Equatable, Sendable {
    /// The cases, with paths of images; those of a dataset also have their label maps.
    public var cases: [Dataset.Case]
    /// The faults of inputs; the other cases are there.
    public var faults: [DatasetFault]
    /// Sentences about inputs that are left out, and why.
    public var notes: [String]

    /// A choice among the cases of a dataset.
    public enum Choice: Sendable, Equatable {
        /// Cases without label maps; all if there are none.
        case unlabelled
        /// Cases with label maps, by their identifiers.
        case identifiers([String])
    }

    /// Creates inputs of given cases.
    public init(_ cases: [Dataset.Case]) {
        self.cases = cases
        faults = []
        notes = []
    }

    /// Finds the images that paths name, for networks with this number of channels.
    ///
    /// Files with nnU-Net's `_0000` behind their names are channels of one case, and so are files with names of the
    /// network's channels behind theirs. A folder is a dataset if it is laid out as one; else all image files and DICOM
    /// series in it and in its folders are taken. Files of one name in several folders are named after these.
    ///
    /// - Throws: ``DatasetError`` for faults of a dataset's description.
    public init(
        _ paths: [String], channels: Int, named names: [String] = [],
        of choice: Choice = .unlabelled, threads: Int = HostResources.current().cores
    ) throws(DatasetError) {
        var finder = InputFinder(
            channels: InputChannels(count: channels, names: names), choice: choice,
            threads: threads)
        try finder.find(paths)
        cases = finder.cases
        faults = finder.faults
        notes = finder.notes
    }
}

/// The channels that a network sees.
struct InputChannels {
    var count: Int
    /// Empty if they are not known.
    var names: [String]

    init(count: Int, names: [String]) {
        self.count = count
        self.names = names.map { $0.lowercased() }
    }

    /// The order of a dataset's channels in which the network sees them; nil if their names do not tell.
    func order(of other: [String]) -> [Int]? {
        let other = other.map { $0.lowercased() }
        guard Set(other).count == other.count, Set(other) == Set(names) else { return nil }
        return names.compactMap { other.firstIndex(of: $0) }
    }
}

/// Finds the cases of inputs.
struct InputFinder {
    private let channels: InputChannels
    private let choice: ImageInputs.Choice
    private let threads: Int
    private(set) var cases: [Dataset.Case] = []
    private(set) var faults: [DatasetFault] = []
    private(set) var notes: [String] = []

    init(channels: InputChannels, choice: ImageInputs.Choice, threads: Int) {
        self.channels = channels
        self.choice = choice
        self.threads = threads
    }

    mutating func find(_ paths: [String]) throws(DatasetError) {
        // Channels of a case may be named one by one.
        var files: [(folder: String, names: [String])] = []
        for path in paths {
            guard FileManager.default.fileExists(atPath: path) else {
                faults.append(DatasetFault(isLink(path) ? .linkTarget : .missing, file: path))
                continue
            }
            if FileSystem.isFolder(path) {
                try find(folder: path)
            } else if path.lowercased().hasSuffix(".json") {
                try take(dataset: path)
            } else if choice != .unlabelled {
                faults.append(DatasetFault(.noParts, file: path))
            } else {
                let url = URL(filePath: path)
                let folder = url.deletingLastPathComponent().path
                let name = url.lastPathComponent
                if let known = files.firstIndex(where: { $0.folder == folder }) {
                    files[known].names.append(name)
                } else {
                    files.append((folder, [name]))
                }
            }
        }
        for (folder, names) in files { take(names, in: folder) }
        reportTwins()
    }

    private func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    private mutating func find(folder: String) throws(DatasetError) {
        let layout = LayoutReader(folder: folder, threads: threads).candidate()
        if let layout, layout.study == nil || choice != .unlabelled {
            do {
                return try take(dataset: folder)
            } catch {
                // What label maps lack is no matter where they lie beside images, and nothing else tells of a dataset.
                guard choice == .unlabelled, layout.recognition?.layout == .plain,
                    FolderListing(folder)?.folders.isEmpty == true
                else { throw error }
            }
        }
        guard choice == .unlabelled else {
            return faults.append(DatasetFault(.noParts, file: folder))
        }
        if let study = layout?.study, study.areAlone {
            // Whatever is wrong with their segmentations.
            cases += study.series.map { study.subject($0.identifier, $0.series) }
            return
        }
        var walk = InputWalk(root: folder, channels: channels)
        walk.walk()
        cases += walk.cases
        faults += walk.faults
        notes += walk.notes
        if walk.cases.isEmpty, walk.faults.isEmpty {
            faults.append(DatasetFault(.noImages, file: folder))
        }
    }

    private mutating func take(dataset path: String) throws(DatasetError) {
        var dataset = try Dataset(contentsOf: path, threads: threads)
        if let order = channels.order(of: dataset.channels) {
            dataset.training = dataset.training.map { $0.inOrder(order) }
            dataset.test = dataset.test.map { $0.inOrder(order) }
        }
        switch choice {
        case .unlabelled:
            cases += dataset.test.isEmpty ? dataset.training : dataset.test
            if !dataset.test.isEmpty, !dataset.training.isEmpty {
                let count = dataset.training.count
                let those =
                    count == 1
                    ? "the one with a label map is" : "the \(count) with label maps are"
                notes.append("\(path): of its cases, \(those) left out")
            }
        case .identifiers(let identifiers):
            let known = Dictionary(
                uniqueKeysWithValues: dataset.training.map { ($0.identifier, $0) })
            for identifier in identifiers {
                if let found = known[identifier] {
                    cases.append(found)
                } else {
                    faults.append(DatasetFault(.caseMissing, caseIdentifier: identifier))
                }
            }
        }
    }

    /// Takes files that were named one by one; one whose name is not an image's is reported when it is read.
    private mutating func take(_ names: [String], in folder: String) {
        let names = ImageFileName.withoutSamples(names)
        for name in names where ImageFileName(name) == nil {
            let ending = DICOMFolder.endings.first { name.lowercased().hasSuffix($0) } ?? ""
            cases.append(
                Dataset.Case(
                    identifier: String(name.dropLast(ending.count)), images: ["\(folder)/\(name)"]))
        }
        let found = FolderInputs(
            names.compactMap { ImageFileName($0) }, in: folder, channels: channels)
        cases += found.cases
        faults += found.faults
    }

    /// Reports cases of one name, which would be written to one file; the same files found twice are one case.
    private mutating func reportTwins() {
        // Of DICOM the file is a folder, of which a case may be one series of several.
        var known: [String?: Set<[FileIdentity?]>] = [:]
        cases = cases.filter { subject in
            let files = subject.images.map(FileIdentity.init)
            return files.contains(nil)
                || known[subject.series, default: []].insert(files).inserted
        }
        let groups = Dictionary(grouping: cases, by: \.identifier)
        for (identifier, twins) in groups.sorted(by: { $0.key < $1.key }) where twins.count > 1 {
            faults.append(
                DatasetFault(.sameImage(twins.map { $0.images[0] }), caseIdentifier: identifier))
        }
        cases = cases.filter { groups[$0.identifier]?.count == 1 }
    }
}

extension Dataset.Case {
    /// The case with its files in another order, if it has one for each channel.
    fileprivate func inOrder(_ order: [Int]) -> Dataset.Case {
        guard images.count == order.count else { return self }
        var ordered = self
        ordered.images = order.map { images[$0] }
        return ordered
    }
}
