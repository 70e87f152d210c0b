public import SegNASHost

extension Dataset {
    /// Reads what a folder or a datalist holds, in any of the layouts of ``Layout``.
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
    /// Nil where nothing speaks for any layout.
    public var recognition: LayoutRecognition?

    public init(contentsOf path: String, threads: Int = HostResources.current().cores) {
        let path = PathParts.trimmed(path)
        guard !FileSystem.isFolder(path) else {
            var reader = LayoutReader(folder: path, threads: threads)
            // First: such files would seem to be missing.
            let foreign = DatasetFault.foreignNames(in: path)
            self.init(foreign.isEmpty ? reader.dataset() : nil, of: reader)
            faults = foreign + faults
            return
        }
        let file = PathParts(path)
        var reader = LayoutReader(folder: file.folder, threads: threads)
        self.init(reader.dataset(describedBy: file.name), of: reader)
    }

    private init(_ dataset: Dataset?, of reader: LayoutReader) {
        self.dataset = dataset
        faults = reader.faults
        recognition = reader.recognition
    }
}

extension LayoutReader {
    /// The dataset of the folder, by what lies in it.
    fileprivate mutating func dataset() -> Dataset? {
        guard let candidate = candidate() else {
            report(.unrecognised(hint: hint()))
            return nil
        }
        if let recognition = candidate.recognition { recognise(recognition) }
        return candidate.read(&self)
    }

    /// The dataset that a file describes.
    fileprivate mutating func dataset(describedBy file: String) -> Dataset? {
        guard exists(file) else {
            report(.missing)
            return nil
        }
        guard file.lowercased().hasSuffix(".json") else {
            report(.unrecognised(hint: "it is a file, and no .json file that lists cases"))
            return nil
        }
        return described(by: file)
    }
}
