internal import FoundationEssentials
public import SegNASHost

/// Starts workers as jobs of a Slurm cluster, one for each attempt.
///
/// A job's name is that of its study's folder, trial and attempt, so that it is found again whatever becomes of the
/// search. What Slurm says of it is a hint only: results and heartbeats are in the study, on a file system that all
/// nodes share.
public final class SlurmLauncher: Launcher {
    private let options: SlurmOptions
    private let program: String
    private let arguments: (LaunchOrder) -> [String]
    private let maxMemory: ByteCount?
    private let prefix: String
    private let run: RunCommand
    private let now: () -> Double
    private let queue: SlurmQueue
    /// The time of the last answer of the queue in which stray jobs were looked for.
    private var examined = -Double.infinity
    /// When the jobs of this process were submitted, by name.
    private var submitted: [String: Double] = [:]
    private var canceled: Set<String> = []
    /// The jobs that were looked for since the queue was examined, and those that were not, with the time since.
    private var wanted: Set<String> = []
    private var strays: [String: Double] = [:]
    /// The longest time that a job may have in the partition; nil if that is not known, and then none is asked for.
    private var maxSeconds: Double?

    /// - Parameters:
    ///   - study: The folder of the study, which must be on a file system that all nodes share.
    ///   - options: What the jobs ask for.
    ///   - maxMemory: The memory of a job for the largest network that is tried.
    ///   - queue: What asks for jobs, which other launchers may share.
    ///   - arguments: The arguments of this program to train the trial of an order.
    public convenience init(
        study: StudyFolder, options: SlurmOptions, maxMemory: ByteCount?,
        queue: SlurmQueue = SlurmQueue(), arguments: @escaping (LaunchOrder) -> [String]
    ) {
        self.init(
            study: study, options: options, maxMemory: maxMemory, queue: queue,
            arguments: arguments, now: { AwakeClock.seconds },
            run: { command, limit throws(Command.Failure) in try command.run(timeLimit: limit) })
    }

    /// The same with another clock and another Slurm.
    package init(
        study: StudyFolder, options: SlurmOptions, maxMemory: ByteCount?, queue: SlurmQueue? = nil,
        arguments: @escaping (LaunchOrder) -> [String], now: @escaping () -> Double,
        run: @escaping RunCommand
    ) {
        (self.options, self.arguments, self.maxMemory) = (options, arguments, maxMemory)
        (self.now, self.run) = (now, run)
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        // Its file may have been replaced since it was started: workers of another version refuse to train.
        program =
            path.map { $0.hasSuffix(Self.removed) ? String($0.dropLast(Self.removed.count)) : $0 }
            ?? CommandLine.arguments[0]
        // A copy of a study has jobs of its own.
        let digest = ContentDigest(ofBytes: Array(absolutePath(study.path).utf8)).text.prefix(16)
        prefix = "\(SlurmQueue.namePrefix)\(digest)-"
        self.queue = queue ?? SlurmQueue(run: run, now: now)
    }

    /// Jobs are no processes of this machine: what they need when they have published a result is not its memory.
    public var sharesMachine: Bool { false }

    /// What Linux says of a program whose file is gone.
    private static let removed = " (deleted)"

    // MARK: - Launching

    /// Has Slurm examine what the jobs ask for, and learns how long they may take.
    ///
    /// - Throws: ``SlurmError``.
    public func check() throws(SlurmError) {
        let output = try call(
            "sbatch", ["--test-only", "--wrap=true"] + resources(memory: maxMemory, seconds: nil))
        guard output.status == 0 else {
            let reason = Self.reason(output)
            throw isPassing(output) ? .unreachable(reason) : .refused(options.resources, reason)
        }
        guard options.seconds == nil, let limits = try? call("sinfo", ["-h", "-o", "%P %l"]) else {
            return
        }
        let wanted = options["partition"]
        let fields = limits.text.split(separator: "\n").map { $0.split(separator: " ") }
        let own = fields.first { fields in
            wanted.map { fields.first.map(String.init)?.filter { $0 != "*" } == $0 }
                ?? (fields.first?.last == "*")
        }
        if let own, own.count == 2 {
            maxSeconds = own[1] == "infinite" ? .infinity : SlurmTime.seconds(String(own[1]))
        }
    }

    public func launch(_ order: LaunchOrder) throws -> JobHandle {
        let name = name(order.trial, order.attempt)
        let line = ([program] + arguments(order)).map(shellQuoted).joined(separator: " ")
        let log = absolutePath(order.folder.log).replacing("%", with: "%%")
        let fixed = [
            "--parsable", "--job-name=\(name)", "--output=\(log)", "--open-mode=append",
            // The shell makes room for the worker, so that signals for the job's process reach it.
            "--no-requeue", "--wrap=exec \(line)",
        ]
        let output: Command.Output
        do throws(Command.Failure) {
            output = try run(
                Command(
                    "sbatch",
                    fixed
                        + resources(memory: memory(of: order), seconds: seconds(of: order)),
                    environment: SlurmEnvironment.current), Self.timeLimit)
        } catch {
            if case .timeOut = error { throw UncertainLaunch(reason: "\(error)") }
            throw SlurmError.command("\(error)")
        }
        guard output.status == 0 else {
            let reason = Self.reason(output)
            if isPassing(output) { throw UncertainLaunch(reason: reason) }
            if maxSeconds != nil, reason.lowercased().contains("time limit") {
                // Ours may be longer than a rule of the cluster allows: its usual time is left to decide.
                maxSeconds = nil
                return try launch(order)
            }
            throw SlurmError.refused(options.resources, reason)
        }
        let word = output.text.split(separator: "\n").last.map(String.init) ?? ""
        guard let number = word.split(separator: ";").first, number.allSatisfy(\.isNumber) else {
            throw UncertainLaunch(reason: "sbatch names no job: \(word.printable)")
        }
        submitted[name] = now()
        queue.expectChange()
        return SlurmHandle(number: String(number), name: name).job
    }

    private func name(_ trial: Int, _ attempt: Int) -> String { "\(prefix)\(trial)-\(attempt)" }

    private func resources(memory: ByteCount?, seconds: Double?) -> [String] {
        var arguments = ["--nodes=1", "--ntasks=1"]
        if options["signal"] == nil {
            arguments.append("--signal=B:USR1@\(SlurmOptions.warning)")
        }
        if let memory, !options.givesMemory {
            arguments.append("--mem=\((memory.bytes + (1 << 20) - 1) >> 20)M")
        }
        if let seconds { arguments.append("--time=\(SlurmTime.text(seconds))") }
        return arguments + options.arguments
    }

    /// The memory of a job: what its network is predicted to need, and all there may be after an attempt that failed.
    private func memory(of order: LaunchOrder) -> ByteCount? {
        guard order.attempt == 1, let tensors = order.memory else { return maxMemory }
        return min(Self.memory(ofTensors: tensors), maxMemory ?? ByteCount(UInt64.max))
    }

    /// The memory of a job whose tensors take so much: a third more, and what the program takes without any.
    public static func memory(ofTensors tensors: ByteCount) -> ByteCount {
        ByteCount(UInt64(Double(tensors.bytes) * memoryFactor) + process.bytes)
    }

    /// The memory that tensors may take in a job with so much.
    public static func tensors(in memory: ByteCount) -> ByteCount {
        ByteCount(UInt64(Double(memory.bytes - min(memory.bytes, process.bytes)) / memoryFactor))
    }

    private static let memoryFactor = 1.3
    private static let process = ByteCount(1 << 30)

    /// The time of a job; one that needs more goes on in another.
    private func seconds(of order: LaunchOrder) -> Double? {
        guard options.seconds == nil, let maxSeconds, let seconds = order.seconds else {
            return nil
        }
        return min(2 * seconds + 1800, maxSeconds)
    }

    // MARK: - Looking

    public func find(_ attempt: Attempt, in folder: TrialFolder) throws -> JobHandle? {
        let name = name(attempt.trial, attempt.number)
        return try job(name).map { SlurmHandle(number: $0.number, name: name).job }
    }

    public func look(at job: JobHandle, in folder: TrialFolder) -> JobState {
        guard let handle = SlurmHandle(job) else { return .unknown }
        guard handle.name.hasPrefix(prefix) else { return .gone(.elsewhere) }
        do {
            if let listed = try self.job(handle.name) { return listed.jobState }
        } catch {
            return .unreachable
        }
        let isNew = submitted[handle.name].map { $0 >= queue.asked } ?? false
        return isNew ? .waiting : .unknown
    }

    private func job(_ name: String) throws(SlurmError) -> SlurmJob? {
        queue.refresh()
        guard queue.isReachable else { throw .unreachable("squeue does not answer") }
        if queue.asked > examined {
            examined = queue.asked
            cancelStrays()
        }
        wanted.insert(name)
        return queue[name]
    }

    public func cancel(_ job: JobHandle, in folder: TrialFolder) {
        guard let handle = SlurmHandle(job), handle.name.hasPrefix(prefix) else { return }
        // Asked before it is ended: a worker that runs writes a checkpoint.
        let isAsked = canceled.insert(handle.name).inserted && queue[handle.name]?.isRunning == true
        cancel(handle, signal: isAsked ? "TERM" : nil)
    }

    /// Cancels a job of that number and name: a controller that has lost its state gives numbers again.
    private func cancel(_ job: SlurmHandle, signal: String?) {
        let how = signal.map { ["--batch", "--signal=\($0)"] } ?? []
        _ = try? call("scancel", ["--quiet", "--name=\(job.name)"] + how + [job.number])
        queue.expectChange()
    }

    /// A controller that was restored from an old state may hold a job that has published, or run it again.
    public func cancelWaiting() {
        queue.askAnew()
        queue.refresh()
        guard queue.isReachable else { return }
        for job in queue.open(prefix) where !job.isRunning {
            cancel(SlurmHandle(number: job.number, name: job.name), signal: nil)
        }
    }

    /// Ends jobs of this study that nobody waits for: submitted when that seemed to have failed, or run again by Slurm
    /// after they had a result.
    private func cancelStrays() {
        let open = Dictionary(queue.open(prefix).map { ($0.name, $0) }) { $1 }
        strays = strays.filter { open[$0.key] != nil && !wanted.contains($0.key) }
        // The more jobs there are, the more rarely each is looked for.
        let patience = max(Self.strayPatience, Double(open.count) / 20)
        for (name, job) in open where !wanted.contains(name) {
            let since = strays[name, default: now()]
            strays[name] = since
            guard now() - since > patience else { continue }
            cancel(SlurmHandle(number: job.number, name: name), signal: nil)
        }
        wanted = []
    }

    private static let (timeLimit, strayPatience) = (60.0, 60.0)

    // MARK: - Commands

    private func call(
        _ name: String, _ arguments: [String]
    ) throws(SlurmError) -> Command.Output {
        do {
            return try run(
                Command(name, arguments, environment: SlurmEnvironment.current), Self.timeLimit)
        } catch {
            throw .command("\(error)")
        }
    }

    private static func reason(_ output: Command.Output) -> String {
        let lines = output.errors.split(separator: "\n")
        return lines.last.map { String($0).printable } ?? "exit code \(output.status)"
    }

    /// True if what sbatch complains of passes by itself: its controller does not answer, or too many jobs wait.
    private func isPassing(_ output: Command.Output) -> Bool {
        let signs = [
            "unable to contact", "timed out", "temporarily", "connection refused",
            "connect failure", "communication", "maxsubmit", "maxjob", "job submit limit",
            "resource temporarily unavailable", "try again later", "zero bytes",
        ]
        let text = output.errors.lowercased()
        return signs.contains { text.contains($0) }
    }
}

/// A job of Slurm: its number, and its name, which no other job has.
private struct SlurmHandle {
    let number: String
    let name: String

    init(number: String, name: String) {
        (self.number, self.name) = (number, name)
    }

    init?(_ job: JobHandle) {
        let parts = job.text.split(separator: " ").map(String.init)
        guard parts.count == 3, parts[0] == Self.word else { return nil }
        (number, name) = (parts[1], parts[2])
    }

    var job: JobHandle { JobHandle("\(Self.word) \(number) \(name)") }

    private static let word = "slurm"
}

/// A reason why Slurm cannot be used.
public enum SlurmError: Error, Equatable, Sendable {
    /// A command that is missing or does not end.
    case command(String)
    /// The options for jobs, and sbatch's words.
    case refused(String, String)
    /// The controller does not answer, for now.
    case unreachable(String)
    /// The job of the search itself, by its number, which Slurm does not run again.
    case notRequeued(String)
}

extension SlurmError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .command(let reason):
            "\(reason): run the search where Slurm's commands are, such as a login node"
        case .refused("", let reason):
            "Slurm takes no job without further options (\(reason)): give `slurm`"
        case .refused(let options, let reason):
            "Slurm takes no job with `slurm` \(options) (\(reason)): change these options"
        case .unreachable(let reason):
            "Slurm does not answer (\(reason)): try again later, with the same command"
        case .notRequeued(let number):
            "Slurm does not run job \(number) again, whose time is over: submit it again to go on; the jobs of its "
                + "search run on"
        }
    }
}
