internal import FoundationEssentials
internal import SegNASHost

/// The batch job of Slurm in which a search itself runs, if it does.
///
/// Before its time is over the search leaves its jobs alone, and has Slurm run its own job again: the same script with
/// the same options, which goes on with the study.
public struct OwnSlurmJob: Sendable {
    private let number: String
    /// Seconds since 1970; nil if Slurm does not say.
    private let end: Double?
    private let run: @Sendable (Command, Double) throws(Command.Failure) -> Command.Output

    /// The job of this process; nil outside of a batch job, as in a shell on a node.
    public init?() {
        self.init(environment: ProcessInfo.processInfo.environment) {
            command, limit throws(Command.Failure) in try command.run(timeLimit: limit)
        }
    }

    init?(
        environment: [String: String],
        run: @escaping @Sendable (Command, Double) throws(Command.Failure) -> Command.Output
    ) {
        guard let number = environment["SLURM_JOB_ID"], environment["SLURMD_NODENAME"] != nil,
            environment["SLURM_STEP_ID"] == nil
        else { return nil }
        self.number = number
        self.run = run
        end = environment["SLURM_JOB_END_TIME"].flatMap { Double($0) }
    }

    /// True if its time is nearly over: Slurm has warned it with SIGUSR1, or said when it ends.
    public var nearsEnd: Bool { nearsEnd(at: Date().timeIntervalSince1970) }

    func nearsEnd(at now: Double) -> Bool {
        SignalWatch.isWarned || end.map { $0 - now < Self.margin } == true
    }

    /// Seconds before its end at which it is handed over.
    private static let margin = 60.0

    /// Has Slurm run the job again.
    ///
    /// - Throws: ``SlurmError`` if it does not.
    public func requeue() throws(SlurmError) {
        // Most clusters allow it; where jobs are not repeated by themselves, their owner may ask for it.
        for arguments in [
            ["requeue", number], ["update", "jobid=\(number)", "requeue=1"], ["requeue", number],
        ] {
            let output = try scontrol(arguments)
            if output.status == 0, arguments[0] == "requeue" { return }
        }
        throw .notRequeued(number)
    }

    private func scontrol(_ arguments: [String]) throws(SlurmError) -> Command.Output {
        do {
            return try run(
                Command("scontrol", arguments, environment: SlurmEnvironment.current), 60)
        } catch {
            throw .command("\(error)")
        }
    }
}
