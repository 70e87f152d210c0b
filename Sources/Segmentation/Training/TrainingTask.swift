public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// A training to be done: everything on which its result depends.
public struct TrainingTask: Sendable {
    public var dataset: Dataset
    public var architecture: Architecture
    /// What each pooling of the network halves; nil for what suits the voxels of patches, and for all axes of others.
    public var levels: Pyramid?
    public var preparation: PreparationOptions
    public var split: SplitOptions
    public var options: TrainingOptions
    /// The time of the training, by which epochs, and steps of patches, are chosen; nil takes those of the options.
    public var minutes: Double?
    /// The model whose weights the training begins with, of the same network and preparation; nil draws them.
    public var origin: ModelOrigin?
    /// The first stage of a cascade, whose label maps the cases have; nil outside of cascades.
    public var firstStage: FirstStage?
    /// The dataset as ``Trainer/prepareData()`` has checked and prepared it; nil checks and prepares it again.
    ///
    /// It must not have changed since.
    public var preparedData: TrainingDataset?
    /// An earlier split of the cases; nil divides them now, by the options.
    public var recordedSplit: RecordedSplit?
    /// Faults of the dataset that are allowed.
    public var allowed: Set<AllowableFault> = []
    /// True if the model is evaluated on the test cases in the end: a search does that once, for its best network.
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

    /// A split of the cases that was made before, with its options as text.
    ///
    /// It needs no files of splits and groups, which may have moved since.
    public struct RecordedSplit: Hashable, Sendable {
        public var split: Split
        public var text: String
        /// Cases in no part of it that are for something else: the test of a search, the second stage of a cascade.
        public var reserved: Set<String> = []

        public init(_ split: Split, text: String) {
            self.split = split
            self.text = text
        }
    }

    /// Divides the cases, or returns the split that was made before.
    func dividedCases() throws(SplitError) -> Split {
        if let split = preparedData?.split ?? recordedSplit?.split { return split }
        return try dataset.split(split)
    }

    /// The options of the split, as text.
    var splitText: String { recordedSplit?.text ?? split.text }

    /// Voxels of the prepared grid along x, y and z.
    public var size: SIMD3<Int> { preparation.size }

    /// The plan of the network for the dataset's channels and labels.
    public func networkPlan() throws(NetworkError) -> NetworkPlan {
        try NetworkPlan(
            architecture, channels: inputs, classes: dataset.labels.outputCount,
            levels: levels ?? suitableLevels)
    }

    /// Channels that the network sees.
    private var inputs: Int {
        dataset.channels.count + (firstStage == nil ? 0 : dataset.labels.foreground.count)
    }

    /// Levels that suit the voxels of patches; nil where their size is not known.
    private var suitableLevels: Pyramid? {
        guard preparation.fit == .patch, case .fixed(let mm) = preparation.spacing else {
            return nil
        }
        return PlannedPatch(given: preparation.size, spacing: mm)
            .levels(poolings: architecture.poolings)
    }
}

extension Trainer {
    /// The devices, the threads and the folders that a training uses: they change only the last bits of sums.
    public struct Machine: Sendable {
        /// The devices among which every batch is divided, all GPUs or all the CPU: see `ShardedTensor`.
        ///
        /// The first one has the weights, validates and evaluates. Statistics of batch normalization, unless they are
        /// synchronized, depend on the number of devices.
        public var devices: [Device]
        /// The number of cases that are prepared at a time.
        public var threads: Int
        /// The folder of prepared cases; nil for the default one.
        public var cache: String?
        /// A folder on a disk of this machine to which prepared cases are copied from a file server; nil for none.
        public var nodeDisk: String?
        /// The version of the program that trains, for the record.
        public var version: String
        /// The threads that cut and augment batches ahead of time; batches do not depend on them.
        public var loaderThreads = 1
        /// The frequency of checkpoints.
        public var checkpoints = CheckpointPace()
        /// The path of the dataset, for the run's plan; nil for runs that are resumed without it, as in searches.
        public var source: String?
        /// The machine's options, for the run's plan; nil for runs that are resumed without them, as in searches.
        public var options: MachineOptions?

        public init(
            devices: [Device] = [.cpu], threads: Int = HostResources.current().cores,
            cache: String? = nil, version: String = ""
        ) {
            precondition(!devices.isEmpty, "no device trains nothing")
            self.devices = devices
            self.threads = threads
            self.cache = cache
            self.version = version
        }

        /// The device that has the weights.
        var device: Device { devices[0] }
    }
}

/// The parts of the machine that a training may use; only the kind and the number of devices change the result.
public struct MachineOptions: Hashable, Codable, Sendable {
    /// `auto`, `cpu`, `cuda:0`, several GPUs as `cuda:0,1`, or the CPU several times as `cpu,cpu`.
    ///
    /// A training divides every batch among several that are named; of those that `auto` finds it takes the first.
    public var device = "auto"
    /// The CPU's threads; nil for the number in OMP_NUM_THREADS, else one for each core that this process may use.
    public var threads: Int?
    /// The limit of tensors' memory, in a search for each trial; nil for 90 % of the memory available.
    public var memoryLimit: ByteCount?
    /// The folder of prepared cases; nil for the default one.
    public var cache: String?
    /// The threads that cut and augment batches ahead of time; nil for one on a CPU, which shares its cores with them,
    /// and for the others beside a GPU.
    public var loaderThreads: Int?
    /// A folder on a disk of this machine to which prepared cases are copied from a file server; nil for none.
    ///
    /// Plans do not keep it: each job of a cluster has its own.
    public var nodeDisk: String?

    private enum CodingKeys: CodingKey {
        case device, threads, memoryLimit, cache, loaderThreads
    }

    public init(
        device: String = "auto", threads: Int? = nil, memoryLimit: ByteCount? = nil,
        cache: String? = nil, loaderThreads: Int? = nil
    ) {
        self.device = device
        self.threads = threads
        self.memoryLimit = memoryLimit
        self.cache = cache
        self.loaderThreads = loaderThreads
    }
}
