public import SegNASDatasets
internal import SegNASHost
public import SegNASSegmentation

/// The training of one network in a run's folder, begun or resumed.
public struct RunSession {
    private let trainer: Trainer
    private let monitor: Monitor
    /// The labels of its dataset.
    public let labels: LabelTable

    /// Begins a run, or resumes one: with the options of ``RunOptions/init(ofRun:)``, or others that give the same
    /// result.
    ///
    /// - Parameters:
    ///   - options: The options of the run.
    ///   - run: The run's folder.
    ///   - split: A split of the cases that was made before, such as a fold; nil divides them by the options.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, or what keeps the dataset from being read.
    public init(
        _ options: RunOptions, in run: String, split: TrainingTask.RecordedSplit? = nil,
        monitor: Monitor = Monitor()
    ) throws {
        try self.init(options, in: run, split: split, firstStage: nil, monitor: monitor)
    }

    /// With what the first stage of a cascade has predicted.
    init(
        _ options: RunOptions, in run: String, split: TrainingTask.RecordedSplit?,
        firstStage: FirstStageInput?, monitor: Monitor
    ) throws {
        try OptionFaults.refuse(options.faults)
        let devices = options.machine.devices(
            ofOneTraining: try options.machine.apply(seed: options.training.seed))
        monitor.report(.computing(on: devices, isChosen: options.machine.device == "auto"))
        let threads = options.machine.threadCount
        let dataset = try Dataset(
            contentsOf: options.data.dataset, threads: threads, allowing: options.data.allowed)
        var task = TrainingTask(
            dataset, options.network, preparation: options.data.preparation,
            split: options.data.split, options: options.training)
        task.allowed = options.data.allowed
        task.minutes = options.minutes
        task.origin = options.origin
        task.levels = options.levels
        if let firstStage {
            task.dataset = firstStage.attached(to: dataset)
            task.firstStage = firstStage.stage
        }
        if options.data.keepsSplit { task.recordedSplit = RecordedRun(in: run)?.recordedSplit }
        if let split { task.recordedSplit = split }
        var machine = Trainer.Machine(
            devices: devices, threads: threads, cache: options.machine.cache,
            version: Release.version)
        machine.loaderThreads = options.machine.loaderThreads(for: devices[0], threads: threads)
        machine.nodeDisk = options.machine.nodeDisk
        machine.source = absolutePath(options.data.dataset)
        machine.options = options.machine
        machine.options?.cache = options.machine.cache.map(absolutePath)
        monitor.report(.working(in: run))
        labels = dataset.labels
        self.monitor = monitor
        trainer = Trainer(
            task, run: run, on: machine, tracker: monitor.tracker,
            isEndRequested: monitor.isEndRequested, report: monitor.training)
    }

    /// Checks as ``run()`` does that the network can be built, and its memory, before what comes first is trained.
    func checkNetwork() throws {
        try trainer.checkNetwork()
    }

    /// Checks the dataset as ``run()`` does, before any fold of a cross-validation is trained.
    func checkData() throws {
        try trainer.checkData(for: .training)
    }

    /// Checks that a run which was begun can go on by these options, before anything of it changes.
    func checkResumption() throws {
        try trainer.checkResumption()
    }

    /// Trains to the end; a run that is complete is not trained again.
    public func run() throws -> TrainingResult {
        defer { monitor.report(.trainingEnded) }
        return try trainer.train()
    }
}
