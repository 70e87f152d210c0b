internal import Datasets
internal import Host

/// What a comparison would train, and how long that may take.
struct ComparisonForecast: Encodable {
    let schema = 1
    let dataset: String
    let splits: Int
    /// Of the first split.
    let trainingCases: Int
    let validationCases: Int
    let testCases: Int
    /// Networks that a search trains at a time.
    let workers: Int
    /// Those of which something is left to do.
    let methods: [Method]

    /// What one method needs on one split.
    struct Method: Encodable {
        let name: String
        /// Those without an outcome yet.
        var splits = 0
        /// Nil for a network that is not searched.
        var proposals: Int?
        /// The most that may be trained, that of the best anew included.
        var trainings: Int
        /// The share of random points of the space whose networks can be built and fit.
        var trainableShare: Double?
        var epochs: Int
        /// A step of training and an epoch with its validation, of the networks that were measured on the average.
        var stepSeconds: Double?
        var epochSeconds: Double?
        /// Nil where the network does not fit, or none was found that does.
        var seconds: Double?
        /// Why there is no time.
        var reason: String?
    }

    /// Of all methods and splits.
    let trainings: Int
    let seconds: Double

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

    // MARK: - Text

    func text() -> String {
        guard !methods.isEmpty else { return "\(dataset): nothing is left to train" }
        let cases =
            "\(trainingCases) training, \(validationCases) validation and \(testCases) test cases"
        let columns: [TextTable.Column] =
            [.left("on each split")]
            + ["splits", "proposals", "trainings", "epochs", "a step", "an epoch", "time"]
            .map { .right($0) }
        let table = TextTable(columns: columns, rows: methods.map(row))
        let head = ["\(dataset): \(splits) split\(splits == 1 ? "" : "s") into \(cases)", ""]
        let sum = [
            "",
            "left: at most \(grouped(trainings)) trainings, in about \(duration(seconds)) with "
                + "\(workers) worker\(workers == 1 ? "" : "s"), by steps that were measured just now",
        ]
        return (head + table.lines + sum + notes).joined(separator: "\n")
    }

    private func row(_ method: Method) -> [String] {
        [
            method.name, "\(method.splits)", method.proposals.map { "\($0)" } ?? "–",
            (method.trainableShare == nil ? "" : "≤ ") + "\(method.trainings)",
            "\(method.epochs)", method.stepSeconds.map { significant($0) + " s" } ?? "–",
            method.epochSeconds.map { significant($0) + " s" } ?? "–",
            method.seconds.map { duration($0) } ?? "–",
        ]
    }

    private var notes: [String] {
        methods.compactMap { method in
            method.reason.map { "\(method.name): \($0)" }
                ?? method.trainableShare.map {
                    "\(method.name): \(percent($0)) of random points can be trained, and so many are counted; "
                        + "a network that was trained before takes no time"
                }
        }
    }
}
