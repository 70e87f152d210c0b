internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The clock that ends a search: on request of the user or the system, or when its time is over.
struct SearchClock {
    private let begin = AwakeClock.seconds
    /// Seconds; nil for no limit.
    private let limit: Double?
    private let isInterrupted: () -> Bool

    init(limit: Double?, isInterrupted: @escaping () -> Bool) {
        self.limit = limit
        self.isInterrupted = isInterrupted
    }

    /// Seconds since the search began, on a clock that stops while the machine sleeps or this process is stopped.
    var now: Double { AwakeClock.seconds - begin }

    /// The reason to end; nil as long as there is none.
    var end: SearchInterruption.Reason? {
        if isInterrupted() { return .interrupted }
        return limit.map { now >= $0 } == true ? .timeLimit : nil
    }

    func check(study: String) throws(SearchInterruption) {
        if let end { throw SearchInterruption(study: study, reason: end) }
    }

    /// Runs a training that asks for ``end``, and names the reason, which a training does not know, if it was ended.
    func run<Result>(study: String, _ training: () throws -> Result) throws -> Result {
        do {
            return try training()
        } catch let error as TrainingError {
            if case .interrupted = error { try check(study: study) }
            throw error
        }
    }
}

/// The end of a search on request, before its budget was spent.
public struct SearchInterruption: Error, CustomStringConvertible {
    public enum Reason: Sendable {
        case interrupted, timeLimit
    }

    public var study: String
    public var reason: Reason

    public var description: String {
        switch reason {
        case .interrupted: "\(study) is interrupted: run the same command to resume"
        case .timeLimit: "\(study) has reached its time limit: run the same command to resume"
        }
    }
}

extension Coordinator {
    /// Opens a study only to end the workers that another coordinator has left.
    convenience init(
        stopping ledger: StudyLedger, launcher: any Launcher
    ) throws(StudyError) {
        try self.init(
            ledger, launcher: launcher, options: CoordinatorOptions(),
            check: { _ in .train(nil) }, now: 0)
    }

    /// Ends all workers so that they can be resumed, and kills those that do not end in time.
    func endWorkers(by clock: SearchClock) {
        stop(now: clock.now)
        if waitForEnds(clock, seconds: patience) { return }
        // A second time is the last.
        stop(now: clock.now)
        _ = waitForEnds(clock, seconds: 30)
    }

    /// True if all have ended within some seconds; errors are ignored, as the database may be what cannot be written.
    private func waitForEnds(_ clock: SearchClock, seconds: Double) -> Bool {
        let last = clock.now + seconds
        while clock.now < last {
            if (try? stopped(now: clock.now)) == true { return true }
            usleep(50_000)
        }
        return false
    }
}

/// The workers of a search: their devices, and the share of threads and memory of each.
struct WorkerPool {
    /// Slots such as `cuda:1/0` or `cuda:0,1,2/0`: a worker's devices, and its index on them; on a cluster `slurm/3`.
    let slots: [String]
    /// The devices on which trainings run that are not trials: those of the first worker of this machine.
    let devices: [Device]
    /// The devices of a worker, which are a job's on a cluster.
    let workerDevices: [Device]
    /// Threads of each worker: together they use each core once.
    ///
    /// On a cluster they are as many as a job has cores, and as this process has where that is not known.
    let threads: Int
    private let workers: WorkerOptions

    /// Divides devices into groups of as many as a training takes; workers take the groups in turn.
    ///
    /// - Throws: ``OptionFaults`` if that leaves devices over, or has none.
    init(_ conditions: TrainingConditions, devices: [Device]) throws {
        workers = conditions.workers
        let size = workers.devicesOfTrial
        if let slurm = workers.slurm {
            slots = (0..<slurm.jobCount).map { "slurm/\($0)" }
            threads = slurm.cores ?? conditions.machine.threadCount
            // A job sees its own devices alone.
            workerDevices = (0..<size).map { slurm.hasGPU ? .cuda($0) : .cpu }
            self.devices = Array(devices.prefix(size))
            return
        }
        guard devices.count.isMultiple(of: size) else {
            let all = counted(devices.count, "device")
            let remedy =
                devices.count > size
                ? "give `device` with \(devices.count / size * size) of them"
                : "give `device` with as many, such as cuda:0,1, or fewer `devicesPerTrial`"
            throw OptionFaults(
                "\(all) (\(Device.text(naming: devices))) cannot be divided into groups of "
                    + "`devicesPerTrial` \(size): \(remedy)")
        }
        let groups = stride(from: 0, to: devices.count, by: size).map {
            Array(devices[$0..<$0 + size])
        }
        self.devices = groups[0]
        workerDevices = groups[0]
        let count = workers.count ?? groups.count
        slots = (0..<count).map {
            "\(Device.text(naming: groups[$0 % groups.count]))/\($0 / groups.count)"
        }
        threads = max(1, conditions.machine.threadCount / count)
    }

    /// Memory limit of one training: the given one, the recorded one, or a share of what is available; on a cluster
    /// what a job's memory has room for, if that is given.
    func memoryLimit(_ machine: MachineOptions, begun: RecordedConditions?) -> ByteCount {
        if let limit = machine.memoryLimit ?? begun?.memoryLimit { return limit }
        guard let slurm = workers.slurm else {
            return ByteCount(machine.limit.bytes / UInt64(slots.count))
        }
        return slurm.memory.map(SlurmLauncher.tensors) ?? machine.limit
    }

    /// What starts the workers of a study.
    func launcher(for study: StudyFolder, memoryLimit: ByteCount) -> any Launcher {
        guard let slurm = slurm(study, memoryLimit) else {
            return LocalLauncher { [threads] in TrialWorker($0, threads: threads).arguments }
        }
        return slurm
    }

    /// Refuses what a cluster would refuse of every job.
    func check(for study: StudyFolder, memoryLimit: ByteCount) throws {
        try slurm(study, memoryLimit)?.check()
    }

    private func slurm(_ study: StudyFolder, _ memoryLimit: ByteCount) -> SlurmLauncher? {
        guard let slurm = workers.slurm else { return nil }
        return SlurmLauncher(
            study: study, options: slurm,
            // On a GPU, tensors are not in the memory of the job.
            maxMemory: workerDevices[0] == .cpu ? SlurmLauncher.memory(ofTensors: memoryLimit) : nil
        ) { [workerDevices] order in
            var order = order
            order.slot = "\(Device.text(naming: workerDevices))/0"
            return TrialWorker(order, threads: slurm.cores).arguments
        }
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = workers.trialTimeout
        if let hangTimeout = workers.hangTimeout { options.minHangTimeout = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        if workers.slurm != nil {
            // A network file system may show a change a minute late, and a queue what has become of a job.
            options.silence += 120
            options.patience = 30
        }
        return options
    }
}
