public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// What is to be trained: everything that a result depends on.
public struct TrainingTask: Sendable {
    public var dataset: Dataset
    public var architecture: Architecture
    /// What each pooling of the network halves; nil for all axes.
    public var levels: Pyramid?
    public var preparation: PreparationOptions
    public var split: SplitOptions
    public var options: TrainingOptions
    /// The images as ``Trainer/prepareData()`` has found, checked and prepared them; nil finds out, and checks them.
    ///
    /// Nothing of them may have changed since.
    public var knownData: TrainingDataset?
    /// How cases were divided before; nil divides them now, by the options.
    public var recordedSplit: RecordedSplit?
    /// Faults of the dataset with which training goes on knowingly.
    public var allowed: Set<AllowableFault> = []
    /// Whether the test part is prepared, and the model judged on it in the end: a search does that once, for its best.
    public var isTested = true

    public init(
        _ dataset: Dataset, _ architecture: Architecture, preparation: PreparationOptions,
        split: SplitOptions = SplitOptions(), options: TrainingOptions = TrainingOptions()
    ) {
        self.dataset = dataset
        self.architecture = architecture
        self.preparation = preparation
        self.split = split
        self.options = options
    }

    /// A division that was made before, and what was said of it then.
    ///
    /// It needs no files of splits and groups, which may have moved since.
    public struct RecordedSplit: Hashable, Sendable {
        public var split: Split
        public var words: String

        public init(_ split: Split, words: String) {
            self.split = split
            self.words = words
        }
    }

    /// How the cases are divided.
    func dividedCases() throws(SplitError) -> Split {
        if let known = knownData?.split ?? recordedSplit?.split { return known }
        return try dataset.split(split)
    }

    /// How they were to be divided.
    var splitWords: String { recordedSplit?.words ?? split.text }

    /// Voxels of the prepared grid along x, y and z.
    public var size: SIMD3<Int> { preparation.size }

    /// The network for the dataset's channels and labels.
    public func networkPlan() throws(NetworkError) -> NetworkPlan {
        try NetworkPlan(
            architecture, channels: dataset.channels.count, classes: dataset.labels.classCount,
            levels: levels)
    }
}

/// With what a network is trained: nothing that changes the result, but for the last bits of sums.
public struct TrainingMachine: Sendable {
    public var device: Device
    /// Cases that are prepared at a time.
    public var threads: Int
    /// The folder of prepared cases; nil for the standard one.
    public var cache: String?
    /// The program that trains, for the record.
    public var version: String
    /// How often checkpoints are written.
    public var checkpoints = CheckpointPace()
    /// Where the dataset lies and what of the machine was asked for, for the run's plan; nil for runs that need no
    /// plan to go on, as those of searches.
    public var source: String?
    public var options: MachineOptions?

    public init(
        device: Device = .cpu, threads: Int = HostResources.current().cores, cache: String? = nil,
        version: String = ""
    ) {
        self.device = device
        self.threads = threads
        self.cache = cache
        self.version = version
    }
}
