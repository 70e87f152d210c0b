import FoundationEssentials
public import Host

extension Dataset {
    /// Reads what a folder or a datalist holds: nnU-Net v2, Medical Segmentation Decathlon, MONAI, or plain folders.
    ///
    /// Images are not read, except to find labels and channels that no description names. Throws every fault of the
    /// layout at once, but for those of kinds that are allowed.
    public init(
        contentsOf path: String, threads: Int = HostResources.current().cores,
        allowing kinds: Set<AllowableFault> = []
    ) throws(DatasetError) {
        let reading = DatasetReading(contentsOf: path, threads: threads)
        let faults = reading.faults.allowing(kinds)
        guard let dataset = reading.dataset, faults.stopping.isEmpty else {
            // Without cases there is nothing to go on with, whatever is allowed.
            let stopping = faults.stopping
            throw DatasetError(source: path, faults: stopping.isEmpty ? reading.faults : stopping)
        }
        self = dataset
        layoutWarnings = faults
    }
}

/// What could be read of a dataset, and what is wrong with it.
public struct DatasetReading: Equatable, Sendable {
    /// Its sound cases; nil where the faults leave nothing to use.
    public var dataset: Dataset?
    public var faults: [DatasetFault]

    public init(contentsOf path: String, threads: Int = HostResources.current().cores) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        var isFolder = false
        let exists = FileManager.default.fileExists(
            atPath: String(path), isDirectory: &isFolder)
        guard !isFolder else {
            var reader = LayoutReader(folder: String(path), threads: threads)
            dataset = reader.dataset()
            faults = reader.faults
            return
        }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? String(path)
        var reader = LayoutReader(folder: folder, threads: threads)
        dataset = reader.dataset(describedBy: name, exists: exists)
        faults = reader.faults
    }
}

extension LayoutReader {
    /// The dataset of the folder, by what lies in it.
    fileprivate mutating func dataset() -> Dataset? {
        if exists("dataset.json") { return described(by: "dataset.json") }
        if isFolder("images"), isFolder("labels") { return plain() }
        let lists = datalists()
        switch lists.count {
        case 0: report(.unrecognised)
        case 1: return described(by: lists[0])
        default: report(.severalDatalists(lists))
        }
        return nil
    }

    /// The dataset that a file describes.
    fileprivate mutating func dataset(describedBy file: String, exists: Bool) -> Dataset? {
        guard exists else {
            report(.missing)
            return nil
        }
        guard file.lowercased().hasSuffix(".json") else {
            report(.unrecognised)
            return nil
        }
        return described(by: file)
    }

    /// The layout by the keys of its description: only lists have "training".
    private mutating func described(by file: String) -> Dataset? {
        guard let json = object(in: file) else { return nil }
        if json["training"] != nil { return datalist(json, file: file) }
        let keys = ["channel_names", "file_ending", "labels", "dataset"]
        if keys.contains(where: { json[$0] != nil }) { return nnUNet(json, file: file) }
        report(.unrecognised, file: file)
        return nil
    }

    /// Files of the folder that list cases.
    func datalists() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { name in
            guard !name.hasPrefix("."), name.lowercased().hasSuffix(".json"),
                let text = try? readText(at: path(name), limit: 16 << 20)
            else { return false }
            return JSONValue(text: text)?.object?["training"]?.array != nil
        }
    }
}
