internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The methods, data and conditions of a comparison, validated before any work.
struct ComparisonTask {
    let options: ComparisonOptions
    let folder: ComparisonFolder
    let dataset: Dataset
    let pool: WorkerPool
    /// Limit on the tensors of one training.
    let memoryLimit: ByteCount
    let plan: ComparisonPlan
    /// True if the folder holds a comparison to resume.
    let isBegun: Bool
    /// Splits of the cases by index.
    let divisions: [Int: Split]

    var methods: [ComparedMethod] { options.methods }
    var conditions: TrainingConditions { options.conditions }
    /// The devices of a baseline.
    var devices: [Device] { pool.devices }
    var isOnGPU: Bool { devices[0] != .cpu }

    init(_ options: ComparisonOptions, in path: String, monitor: Monitor) throws {
        try OptionFaults.refuse(options.faults)
        self.options = options
        let conditions = options.conditions
        let devices = try conditions.machine.apply(seed: conditions.training.seed)
        monitor.report(
            .computing(on: devices, isChosen: conditions.machine.device == "auto"))
        pool = try WorkerPool(conditions, devices: devices)
        folder = ComparisonFolder(path: path)
        let begun = try ComparisonPlan(in: folder)
        isBegun = begun != nil
        memoryLimit = try pool.memoryLimit(conditions.machine, begun: begun?.conditions)
        let recorded = RecordedConditions(
            conditions, on: pool.workerDevices[0], memoryLimit: memoryLimit)
        let now = ComparisonPlan(options, begun: begun, conditions: recorded, divisions: [:])
        let differences = begun?.differences(to: now) ?? []
        guard differences.isEmpty else { throw ComparisonError.planChanged(differences) }
        dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: conditions.machine.threadCount,
            allowing: conditions.data.allowed)
        divisions = try Self.divide(dataset, options, begun)
        plan = ComparisonPlan(options, begun: begun, conditions: recorded, divisions: divisions)
        try check()
    }

    /// Splits the cases as recorded, or as the options say.
    private static func divide(
        _ dataset: Dataset, _ options: ComparisonOptions, _ begun: ComparisonPlan?
    ) throws -> [Int: Split] {
        let recorded = options.conditions.data.keepsSplit ? begun?.divisions ?? [:] : [:]
        var divisions: [Int: Split] = [:]
        for index in options.indices {
            divisions[index] = try recorded[index] ?? split(dataset, options.splitOptions(index))
        }
        return divisions
    }

    private static func split(_ dataset: Dataset, _ options: SplitOptions) throws -> Split {
        guard !options.isNameless else {
            throw OptionFaults(
                """
                the plan does not keep the name of the file that divides the cases or groups them: for split \
                \(options.index) give `split` and `groups` again
                """)
        }
        do {
            return try dataset.split(options)
        } catch {
            switch error {
            case .noSuchSplit, .noSuchFold:
                throw OptionFaults("\(error): give fewer `splits`, or another `splitIndex`")
            default: throw error
            }
        }
    }

    /// Refuses at once what the last method on the last split would refuse after days.
    private func check() throws {
        try OptionFaults.refuse(
            [conditions.training.fault(devices: devices.count)].compactMap(\.self))
        for case .search(let space) in methods.map(\.kind) {
            do {
                let sampler = options.sampling.plan(
                    seed: conditions.training.seed, images: conditions.searchedImages(of: dataset))
                let searched = try SearchSpace(text: space)
                _ = try sampler.sampler(in: searched)
                try OptionFaults.refuse(searched.faults(for: conditions))
            } catch let error as SamplerError {
                throw StudyError.sampler(error)
            }
        }
        for (index, split) in divisions.sorted(by: { $0.key < $1.key }) {
            guard !split.test.isEmpty else {
                throw OptionFaults(
                    "methods are compared by test cases, and split \(index) has none: give `split` 50/20/30"
                )
            }
            guard !options.hasSearch || !split.validation.isEmpty else {
                throw OptionFaults(
                    "searches compare networks by validation cases, and split \(index) has none: "
                        + "give `split` 50/20/30")
            }
        }
    }

    /// The training of a network on one of the splits, with a final evaluation on its test part.
    func training(_ network: Architecture, split: Int) -> TrainingTask {
        var task = conditions.task(network, on: dataset)
        task.split = options.splitOptions(split)
        if let division = divisions[split] {
            task.recordedSplit = .init(division, text: task.split.text)
        }
        task.options.epochs = options.finalEpochs
        task.isTested = true
        return task
    }
}
