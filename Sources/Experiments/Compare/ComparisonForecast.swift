internal import SegNASDatasets

/// What a comparison would train, and how long that may take.
public struct ComparisonForecast: Encodable {
    public let schema = 1
    public let dataset: String
    public let splits: Int
    /// Of the first split.
    public let trainingCases: Int
    public let validationCases: Int
    public let testCases: Int
    /// Networks that a search trains at a time.
    public let workers: Int
    /// Those of which something is left to do.
    public let methods: [Method]

    /// What one method needs on one split.
    public struct Method: Encodable {
        public let name: String
        /// Those without an outcome yet.
        public var splits = 0
        /// Nil for a network that is not searched.
        public var proposals: Int?
        /// The most that may be trained, that of the best anew included.
        public var trainings: Int
        /// The share of random points of the space whose networks can be built and fit.
        public var trainableShare: Double?
        public var epochs: Int
        /// A step of training and an epoch with its validation, of the networks that were measured on the average.
        public var stepSeconds: Double?
        public var epochSeconds: Double?
        /// Nil where the network does not fit, or none was found that does.
        public var seconds: Double?
        /// Why there is no time.
        public var reason: String?
    }

    /// Of all methods and splits.
    public let trainings: Int
    public let seconds: Double

    init(_ dataset: Dataset, _ split: Split, splits: Int, workers: Int, methods: [Method]) {
        self.dataset = dataset.name
        self.splits = splits
        trainingCases = split.training.count
        validationCases = split.validation.count
        testCases = split.test.count
        self.workers = workers
        self.methods = methods
        trainings = methods.reduce(0) { $0 + $1.splits * $1.trainings }
        seconds = methods.reduce(0) { $0 + Double($1.splits) * ($1.seconds ?? 0) }
    }
}
