public import SegNASHost

/// Cases to be predicted: image files, folders of them, and datasets.
public struct ImageInputs: Equatable, Sendable {
    /// With paths of images; where cases are of a dataset, with their label maps.
    public var cases: [Dataset.Case]
    /// What is wrong with inputs; the other cases are there.
    public var faults: [DatasetFault]
    /// Sentences on what of the inputs is left out, and why.
    public var notes: [String]

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
        notes = []
    }

    /// Finds the images that paths name, for networks that see so many channels.
    ///
    /// Files with nnU-Net's `_0000` behind their names are channels of one case, and so are files with names of the network's
    /// channels behind theirs. A folder is a dataset if it is laid out as one; else all image files and DICOM series in it and
    /// in its folders are taken. Files of one name in folders of their own are named after these.
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

/// What a network sees.
struct InputChannels {
    var count: Int
    /// Empty where they are not known.
    var names: [String]

    init(count: Int, names: [String]) {
        self.count = count
        self.names = names.map { $0.lowercased() }
    }

    /// The order of a dataset's channels in which the network sees them; nil where their names do not tell.
    func order(of other: [String]) -> [Int]? {
        let other = other.map { $0.lowercased() }
        guard Set(other).count == other.count, Set(other) == Set(names) else { return nil }
        return names.compactMap { other.firstIndex(of: $0) }
    }
}
