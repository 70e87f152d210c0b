internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
public import SegNASSegmentation

/// Everything that the training of one network is asked for.
public struct RunOptions: Hashable, Codable, Sendable {
    public var data: DataOptions
    public var network: Architecture
    /// With the seed of all random numbers.
    public var training: TrainingOptions
    public var machine: MachineOptions

    public init(
        data: DataOptions, network: Architecture, training: TrainingOptions = TrainingOptions(),
        machine: MachineOptions = MachineOptions()
    ) {
        self.data = data
        self.network = network
        self.training = training
        self.machine = machine
    }

    /// What is wrong with them, a sentence each.
    public var faults: [String] {
        var faults = data.faults + training.faults + machine.faults
        if machine.device.contains(",") {
            faults.append("a network is trained on one device: give `device` cuda:0")
        }
        return faults
    }
}

/// What a run's plan says of how it was begun.
struct BegunRun: Decodable {
    var command: String
    private var dataset: DatasetRecord
    private var network: Architecture
    private var preparation: Preparation
    private var splitPlan: String
    private var split: Split
    private var options: TrainingOptions
    private var device: String
    private var allowed: [AllowableFault]?
    private var source: String?
    private var machine: MachineOptions?

    /// Nil where no run was begun; what cannot be read, its training tells.
    init?(in run: String) {
        guard let plan = try? JSONDocument.read(BegunRun.self, from: "\(run)/plan.json"),
            plan.command == "train"
        else { return nil }
        self = plan
    }

    var recordedSplit: TrainingTask.RecordedSplit { .init(split, text: splitPlan) }

    /// What to go on with where nothing else is asked for: on the same kind of device.
    var resumed: RunOptions {
        var data = DataOptions(
            dataset: source ?? dataset.folder, preparation: preparation.options,
            split: SplitOptions(recordedInRun: splitPlan), allowed: Set(allowed ?? []))
        data.keepsSplit = true
        var machine = machine ?? MachineOptions()
        if device == "cpu" { machine.device = device }
        return RunOptions(data: data, network: network, training: options, machine: machine)
    }
}

extension RunOptions {
    /// With what a run was begun or last carried on; nil where there is none.
    public init?(ofRun path: String) {
        guard let begun = BegunRun(in: path) else { return nil }
        self = begun.resumed
    }
}
