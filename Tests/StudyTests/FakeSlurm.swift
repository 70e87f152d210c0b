import Foundation
import SegNASHost

@testable import SegNASStudy

/// A controller of Slurm that knows a table of jobs, on a clock that a test turns; it answers commands as Slurm does.
final class FakeSlurm {
    var now = 0.0
    var jobs: [SlurmJob] = []
    private(set) var commands: [Command] = []
    /// How sbatch ends, and what it says; nil takes the job.
    var refusal: String?
    /// Commands take longer than anybody waits.
    var hangs = false
    /// A command that takes too long has done its work all the same.
    var worksLate = false
    var isDown = false
    /// The state of new jobs.
    var firstState = "PENDING"
    var partitions = "main* 1-00:00:00\ngpu infinite\n"

    func run(_ command: Command, _ limit: Double) throws(Command.Failure) -> Command.Output {
        commands.append(command)
        let isSlow = hangs
        if isSlow, !worksLate { throw .timeOut(command.name, seconds: limit) }
        let output = isDown ? Self.down : answer(command)
        if isSlow { throw .timeOut(command.name, seconds: limit) }
        return output
    }

    private static let down = Command.Output(
        status: 1, errors: "sbatch: error: Unable to contact slurm controller (connect failure)\n")

    private func answer(_ command: Command) -> Command.Output {
        switch command.name {
        case "sbatch": return submit(command.arguments)
        case "squeue":
            let lines = jobs.map { job in
                let fields = [
                    (job.number, 20), (job.name, 100), (job.state, 20), ("(\(job.reason))", 60),
                    ("\(job.exitStatus)", 12),
                ]
                return fields.map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined()
            }
            return Command.Output(text: lines.joined(separator: "\n"))
        case "scancel":
            let isAsked = command.arguments.contains("--signal=TERM")
            for index in jobs.indices
            where jobs[index].number == command.arguments.last && !isAsked {
                jobs[index].state = "CANCELLED"
            }
            return Command.Output()
        default: return Command.Output(text: partitions)
        }
    }

    private func submit(_ arguments: [String]) -> Command.Output {
        if let refusal { return Command.Output(status: 1, errors: refusal) }
        if arguments.contains("--test-only") {
            return Command.Output(errors: "sbatch: Job 1 to start")
        }
        let name = arguments.first { $0.hasPrefix("--job-name=") }?.dropFirst(11)
        let number = "\(100 + jobs.count)"
        jobs.append(
            SlurmJob(
                number: number, name: String(name ?? ""), state: firstState, reason: "Priority",
                exitStatus: 0))
        return Command.Output(text: "\(number);cluster\n")
    }

    func count(_ name: String) -> Int { commands.count { $0.name == name } }

    /// The arguments of the last command of a name.
    func last(_ name: String) -> [String] { commands.last { $0.name == name }?.arguments ?? [] }
}
