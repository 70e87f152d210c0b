internal import Glibc
package import SegNASHost

/// Runs a program for at most so many seconds; tests put a Slurm of their own here.
package typealias RunCommand = (Command, _ timeLimit: Double) throws(Command.Failure) ->
    Command.Output

/// The jobs of this program in Slurm's queue, all of which are asked for at once, and rarely.
///
/// One question costs the controller of a cluster about as much for one job as for all of a user. Launchers of several
/// works may share one queue.
public final class SlurmQueue {
    private let user = "\(getuid())"
    private let run: RunCommand
    private let now: () -> Double
    private var jobs: [String: SlurmJob] = [:]
    /// The time of the last question that was answered, and the time before which there is no other.
    private(set) var asked = -Double.infinity
    private var next = -Double.infinity
    /// Seconds between questions as long as nothing changes.
    private var interval = shortest
    private(set) var isReachable = true

    /// What the names of this program's jobs begin with.
    static let namePrefix = "segnas3d-"

    /// The jobs of this user.
    public convenience init() {
        self.init(
            run: { command, limit throws(Command.Failure) in try command.run(timeLimit: limit) },
            now: { AwakeClock.seconds })
    }

    /// - Parameters:
    ///   - run: Runs squeue.
    ///   - now: Seconds on a clock.
    package init(run: @escaping RunCommand, now: @escaping () -> Double) {
        (self.run, self.now) = (run, now)
    }

    /// Asks again if that is due.
    func refresh() {
        let begin = now()
        guard begin >= next else { return }
        let arguments = [
            "--noheader", "--states=all", "--user=\(user)", "--Format=\(SlurmJob.columns)",
        ]
        let output = try? run(
            Command("squeue", arguments, environment: SlurmEnvironment.current), Self.timeLimit)
        isReachable = output?.status == 0
        if let output, isReachable {
            asked = begin
            let lines = output.text.utf8.split(separator: UInt8(ascii: "\n"))
            let listed = lines.compactMap { SlurmJob(line: $0) }
                .filter { $0.name.hasPrefix(Self.namePrefix) }
            jobs = Dictionary(listed.map { ($0.name, $0) }) { $0.isOpen ? $0 : $1 }
        }
        interval = interval(afterAnswerOf: now() - begin)
        next = now() + interval
    }

    /// Seconds to the next question: longer with many jobs, and where the controller is slow.
    private func interval(afterAnswerOf seconds: Double) -> Double {
        let open = jobs.values.count(where: \.isOpen)
        return min(Self.longest, max(Self.shortest, Double(open) / 2, 50 * seconds))
    }

    private static let (shortest, longest, timeLimit) = (5.0, 60.0, 30.0)

    /// Asks soon, as something was done that changes the answer; with many jobs something always does.
    func expectChange() {
        next = min(next, max(now() + 2, asked + interval / 4))
    }

    /// Asks at the next opportunity.
    func askAnew() { next = -.infinity }

    /// The job of that name in the last answer; nil if it was not listed.
    subscript(name: String) -> SlurmJob? { jobs[name] }

    /// The jobs whose names begin so and that may still run, in the last answer.
    func open(_ prefix: String) -> [SlurmJob] {
        jobs.values.filter { $0.isOpen && $0.name.hasPrefix(prefix) }
    }
}
