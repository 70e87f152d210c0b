import FoundationEssentials
internal import SegNASHost

/// Goes through inputs.
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
                faults.append(DatasetFault(.missing, file: path))
                continue
            }
            if FileSystem.isFolder(path) {
                try find(folder: path)
            } else if path.lowercased().hasSuffix(".json") {
                try take(dataset: path)
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

    private mutating func find(folder: String) throws(DatasetError) {
        guard LayoutReader(folder: folder, threads: threads).candidate() == nil else {
            return try take(dataset: folder)
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

    /// Files that were named one by one: what is no image by its name is told when it is read.
    private mutating func take(_ names: [String], in folder: String) {
        for name in names where ImageFileName(name) == nil {
            cases.append(Dataset.Case(identifier: name, images: ["\(folder)/\(name)"]))
        }
        let found = FolderInputs(
            names.compactMap { ImageFileName($0) }, in: folder, channels: channels)
        cases += found.cases
        faults += found.faults
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

extension Dataset.Case {
    /// The case with its files in another order, if it has one for each channel.
    fileprivate func inOrder(_ order: [Int]) -> Dataset.Case {
        guard images.count == order.count else { return self }
        var ordered = self
        ordered.images = order.map { images[$0] }
        return ordered
    }
}
