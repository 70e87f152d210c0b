package import SegNASHost

/// Runs a program for at most so many seconds; tests put a Slurm of their own here.
package typealias RunCommand = (Command, _ timeLimit: Double) throws(Command.Failure) ->
    Command.Output

/// The jobs of a study in Slurm's queue, all of which are asked for at once, and rarely.
///
/// One question costs the controller of a cluster about as much for one job as for all of a user.
final class SlurmQueue {
    private let prefix: String
    private let user: String
    private let run: RunCommand
    private let now: () -> Double
    private var jobs: [String: SlurmJob] = [:]
    /// The time of the last question, and the time before which there is no other.
    private(set) var asked = -Double.infinity
    private var next = -Double.infinity
    private(set) var isReachable = true

    /// - Parameters:
    ///   - prefix: What the names of the study's jobs begin with.
    ///   - user: The number of the user who owns them.
    ///   - run: Runs squeue.
    ///   - now: Seconds on a clock.
    init(prefix: String, user: String, run: @escaping RunCommand, now: @escaping () -> Double) {
        (self.prefix, self.user, self.run, self.now) = (prefix, user, run, now)
    }

    /// Asks again if that is due; true if it did and Slurm has answered.
    func refresh() -> Bool {
        let begin = now()
        guard begin >= next else { return false }
        let arguments = [
            "--noheader", "--states=all", "--user=\(user)", "--Format=\(SlurmJob.columns)",
        ]
        let output = try? run(
            Command("squeue", arguments, environment: SlurmEnvironment.current), Self.timeLimit)
        isReachable = output?.status == 0
        if let output, isReachable {
            asked = begin
            let listed = output.text.split(separator: "\n").compactMap { SlurmJob(line: $0) }
                .filter { $0.name.hasPrefix(prefix) }
            jobs = Dictionary(listed.map { ($0.name, $0) }) { $0.isOpen ? $0 : $1 }
        }
        next = now() + interval(afterAnswerOf: now() - begin)
        return isReachable
    }

    /// Seconds to the next question: longer with many jobs, and where the controller is slow.
    private func interval(afterAnswerOf seconds: Double) -> Double {
        let open = jobs.values.count(where: \.isOpen)
        return min(Self.longest, max(Self.shortest, Double(open) / 2, 50 * seconds))
    }

    private static let (shortest, longest, timeLimit) = (5.0, 60.0, 30.0)

    /// Asks soon, as something was done that changes the answer.
    func expectChange(within seconds: Double = 2) {
        next = min(next, now() + seconds)
    }

    /// The job of that name in the last answer; nil if it was not listed.
    subscript(name: String) -> SlurmJob? { jobs[name] }

    /// The jobs that may still run, in the last answer.
    var open: [SlurmJob] { jobs.values.filter(\.isOpen) }
}
