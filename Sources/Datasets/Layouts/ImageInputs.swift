import FoundationEssentials
public import Host

/// Cases to be predicted: image files, folders of them, and datasets.
public struct ImageInputs: Equatable, Sendable {
    /// With paths of images; where cases are of a dataset, with their label maps.
    public var cases: [Dataset.Case]
    /// What is wrong with inputs; the other cases are there.
    public var faults: [DatasetFault]

    /// Which cases of a dataset are meant.
    public enum Choice: Sendable, Equatable {
        /// Those without label maps; all where there are none.
        case unlabelled
        /// Those with label maps, by their identifiers.
        case identifiers([String])
    }

    /// Cases that are known already.
    public init(_ cases: [Dataset.Case]) {
        self.cases = cases
        faults = []
    }

    /// Finds the images that paths name, for networks that see so many channels.
    ///
    /// Files with nnU-Net's `_0000` behind their names are channels of one case. A folder is a dataset if it is laid out
    /// as one, else its image files are taken, and a folder without such files for a DICOM series, or for one of them.
    ///
    /// - Throws: ``DatasetError`` for faults of a dataset's description.
    public init(
        _ paths: [String], channels: Int, of choice: Choice = .unlabelled,
        threads: Int = HostResources.current().cores
    ) throws(DatasetError) {
        var finder = InputFinder(channels: channels, choice: choice, threads: threads)
        try finder.find(paths)
        cases = finder.cases
        faults = finder.faults
    }
}

/// Goes through inputs.
private struct InputFinder {
    let channels: Int
    let choice: ImageInputs.Choice
    let threads: Int
    private(set) var cases: [Dataset.Case] = []
    private(set) var faults: [DatasetFault] = []

    init(channels: Int, choice: ImageInputs.Choice, threads: Int) {
        self.channels = channels
        self.choice = choice
        self.threads = threads
    }

    mutating func find(_ paths: [String]) throws(DatasetError) {
        // Channels of a case may be named one by one.
        var files: [(folder: String, names: [String])] = []
        for path in paths {
            let url = URL(filePath: path)
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                faults.append(DatasetFault(.missing, file: path))
                continue
            }
            if isFolder {
                try find(folder: path)
            } else if path.lowercased().hasSuffix(".json") {
                try take(dataset: path)
            } else {
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

    private mutating func find(folder: String) throws(DatasetError) {
        if Self.isDataset(folder) { return try take(dataset: folder) }
        let foreign = ForeignName.all(in: folder)
        faults += foreign.map { DatasetFault(.notUTF8, file: "\(folder)/\($0.escaped)") }
        let unnamed = Set(foreign.map(\.repaired))
        let images = (ImageFileName.all(in: folder) ?? []).filter { !unnamed.contains($0.name) }
        if !images.isEmpty { return take(images.map(\.name), in: folder) }
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let visible = entries.filter { !$0.hasPrefix(".") && !unnamed.contains($0) }.sorted()
        guard !visible.isEmpty else {
            guard foreign.isEmpty else { return }
            faults.append(DatasetFault(.noImages, file: folder))
            return
        }
        let folders = visible.map { "\(folder)/\($0)" }.filter(Self.isFolder)
        // What is no DICOM series is told when it is read.
        for series in folders.isEmpty ? [folder] : folders {
            let name = URL(filePath: series).standardizedFileURL.lastPathComponent
            cases.append(Dataset.Case(identifier: name, images: [series]))
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    private static func isDataset(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/dataset.json")
            || isFolder("\(folder)/images") && isFolder("\(folder)/labels")
            || !LayoutReader(folder: folder, threads: 1).datalists().isEmpty
    }

    private mutating func take(dataset path: String) throws(DatasetError) {
        let dataset = try Dataset(contentsOf: path, threads: threads)
        switch choice {
        case .unlabelled:
            cases += dataset.test.isEmpty ? dataset.training : dataset.test
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

    private mutating func take(_ names: [String], in folder: String) {
        let images = names.compactMap { ImageFileName($0) }
        for name in names where ImageFileName(name) == nil {
            cases.append(Dataset.Case(identifier: name, images: ["\(folder)/\(name)"]))
        }
        // For one channel, a number at the end is part of the name unless it is 0000 everywhere.
        let areNumbered =
            channels > 1 || images.allSatisfy { ($0.channel?.index ?? 0) == 0 }
        var reader = LayoutReader(folder: folder, threads: threads)
        let folders = CaseFolders(
            images: images, in: nil, labels: [], in: nil,
            suffixes: areNumbered ? .always : .byLabels)
        cases += folders.cases(channels: channels, reader: &reader)
        faults += reader.faults.map { fault in
            var fault = fault
            fault.file = fault.file.map { "\(folder)/\($0)" }
            return fault
        }
    }

    /// Cases of one name would be written to one file.
    private mutating func reportTwins() {
        let groups = Dictionary(grouping: cases, by: \.identifier)
        for (identifier, twins) in groups.sorted(by: { $0.key < $1.key }) where twins.count > 1 {
            faults.append(
                DatasetFault(.sameImage(twins.map { $0.images[0] }), caseIdentifier: identifier))
        }
        cases = cases.filter { groups[$0.identifier]?.count == 1 }
    }
}
