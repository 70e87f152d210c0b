internal import FoundationEssentials
internal import Glibc
package import SegNASHost
internal import SegNASRandomness

/// A Slurm cluster on a virtual clock, for measurements: its jobs train nothing, and leave the files of workers.
///
/// Some are lost with their nodes. Half of these are never heard of again; the others are silent for a while and
/// publish at last, when another job has the trial.
package final class SimulatedSlurm {
    private let folder: StudyFolder
    private let slots: Int
    private let lostShare: Double
    private var generator: SeededGenerator
    private var jobs: [Job] = []
    private var waiting: [Int] = []
    private var running: Set<Int> = []
    /// Jobs of lost nodes that will publish.
    private var silent: Set<Int> = []
    /// Jobs that ended lately, which the queue still lists.
    private var ended: [Int] = []
    package private(set) var now = 0.0
    package private(set) var tally = Tally()

    /// What has happened.
    package struct Tally: Hashable, Sendable {
        /// Jobs that were begun, and those of them that were lost.
        package var jobs = 0
        package var lost = 0
        /// Results that were the first of their trials, and those that were not.
        package var published = 0
        package var late = 0
        /// Calls of sbatch and squeue.
        package var submissions = 0
        package var questions = 0
        /// Seconds in which jobs were at work, all together.
        package var atWork = 0.0
    }

    private struct Job {
        let name: String
        let trial: Int
        let attempt: Int
        var state = "PENDING"
        var begin = 0.0
        /// When it will publish.
        var end = 0.0
        /// When its node will be lost; nil for never.
        var loss: Double?
        var endedAt = Double.infinity
        var nextBeat = 0.0
        var beats = 0
    }

    /// Seconds that a job takes, drawn evenly.
    static let duration = 600.0...1800
    /// Seconds that sbatch and scancel take, that squeue takes, and that it takes for each job.
    static let (submission, question, line) = (0.05, 0.1, 0.0001)
    /// Seconds for which a job is listed when it has ended, and between two schedulings.
    private static let memory = 300.0

    /// - Parameters:
    ///   - folder: The study.
    ///   - slots: Jobs that run at the same time.
    ///   - lostShare: The share of jobs whose node is lost.
    ///   - seed: Chooses durations and losses.
    package init(of folder: StudyFolder, slots: Int, lostShare: Double, seed: UInt64) {
        (self.folder, self.slots, self.lostShare) = (folder, slots, lostShare)
        generator = SeededGenerator(seed: seed)
    }

    // MARK: - Commands

    /// Answers a command as Slurm does, which takes time.
    package func run(
        _ command: Command, _ timeLimit: Double
    ) throws(Command.Failure) -> Command.Output {
        switch command.name {
        case "sbatch": return submit(command.arguments)
        case "squeue":
            tally.questions += 1
            let listed = waiting + running + ended
            wait(Self.question + Double(listed.count) * Self.line)
            return Command.Output(text: listed.map(line).joined(separator: "\n"))
        case "scancel":
            wait(Self.submission)
            cancel(command.arguments.last.flatMap { Int($0) } ?? -1)
            return Command.Output()
        default: return Command.Output(text: "main* infinite\n")
        }
    }

    private func submit(_ arguments: [String]) -> Command.Output {
        let name = arguments.first { $0.hasPrefix("--job-name=") }?.dropFirst(11) ?? ""
        let numbers = name.split(separator: "-").suffix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return Command.Output(status: 1, errors: "no name") }
        wait(Self.submission)
        tally.submissions += 1
        waiting.append(jobs.count)
        jobs.append(Job(name: String(name), trial: numbers[0], attempt: numbers[1]))
        return Command.Output(text: "\(jobs.count - 1)\n")
    }

    private func line(_ index: Int) -> String {
        let job = jobs[index]
        let fields = [
            ("\(index)", 20), (job.name, 100), (job.state, 20), ("(None)", 60), ("0", 12),
        ]
        return fields.map { $0 + String(repeating: " ", count: max(0, $1 - $0.utf8.count)) }
            .joined()
    }

    private func cancel(_ index: Int) {
        guard jobs.indices.contains(index) else { return }
        if let place = waiting.firstIndex(of: index) { waiting.remove(at: place) }
        if running.remove(index) != nil || jobs[index].state == "PENDING" {
            end(index, "CANCELLED")
        }
    }

    // MARK: - Time

    /// Turns the clock, and has jobs do what they would have done.
    package func wait(_ seconds: Double) {
        let target = now + seconds
        begin()
        while let next = running.min(by: { time($0) < time($1) }), time(next) <= target {
            advance(to: time(next))
            if jobs[next].loss != nil { lose(next) } else { finish(next) }
            begin()
        }
        advance(to: target)
        for index in silent where jobs[index].end <= now {
            silent.remove(index)
            publish(index)
        }
        for index in running where jobs[index].nextBeat <= now { beat(index) }
        ended.removeAll { jobs[$0].endedAt + Self.memory < now }
    }

    /// When a job ends or is lost.
    private func time(_ index: Int) -> Double { jobs[index].loss ?? jobs[index].end }

    private func advance(to time: Double) {
        tally.atWork += Double(running.count) * (time - now)
        now = time
    }

    /// Begins jobs that wait, as long as there are slots.
    private func begin() {
        let count = min(slots - running.count, waiting.count)
        for index in waiting.prefix(count) {
            tally.jobs += 1
            running.insert(index)
            let duration = generator.uniform(in: Self.duration)
            jobs[index].state = "RUNNING"
            jobs[index].begin = now
            jobs[index].end = now + duration
            if generator.chance(lostShare) {
                jobs[index].loss = now + generator.uniform(in: 0...1) * duration
            }
            // As workers that begin together, and drift apart.
            jobs[index].nextBeat = now + generator.uniform(in: 0...Heartbeat.interval)
        }
        waiting.removeFirst(count)
    }

    private func lose(_ index: Int) {
        tally.lost += 1
        running.remove(index)
        if generator.chance(0.5) {
            // Long enough to be given up, and for another job to have begun.
            jobs[index].end = now + generator.uniform(in: 300...2400)
            silent.insert(index)
        }
        end(index, "NODE_FAIL")
    }

    private func finish(_ index: Int) {
        running.remove(index)
        publish(index)
        end(index, "COMPLETED")
    }

    private func end(_ index: Int, _ state: String) {
        jobs[index].state = state
        jobs[index].endedAt = now
        ended.append(index)
    }

    // MARK: - Workers

    private func trialFolder(_ index: Int) -> TrialFolder {
        TrialFolder(folder.trial(jobs[index].trial))
    }

    private func beat(_ index: Int) {
        jobs[index].nextBeat = now + Heartbeat.interval
        jobs[index].beats += 1
        var heartbeat = Heartbeat(
            run: "\(index)", attempt: jobs[index].attempt, process: 1, host: "node",
            step: Int(now - jobs[index].begin), checkpoints: Int((now - jobs[index].begin) / 60))
        heartbeat.count = jobs[index].beats
        // Without fsync, which is not the coordinator's work.
        let text = try? JSONDocument.text(of: heartbeat, .line)
        try? text?.write(
            toFile: trialFolder(index).heartbeat(heartbeat.run), atomically: false, encoding: .utf8)
    }

    private func publish(_ index: Int) {
        let folder = trialFolder(index)
        guard let request = TrialRequest(in: folder) else { return }
        let seconds = jobs[index].end - jobs[index].begin
        let result = TrialResult(
            for: request, run: "\(index)",
            outcome: .completed(dice: Double(request.seed % 997) / 1000),
            epochs: [TrialEpoch(epoch: 1, loss: 1, dice: 0.5, seconds: seconds)])
        if (try? result.publish(in: folder)) == true {
            tally.published += 1
        } else {
            tally.late += 1
        }
    }
}
