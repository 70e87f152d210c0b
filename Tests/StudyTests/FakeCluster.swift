import Foundation
import SegNASRandomness
import SegNASSearch

@testable import SegNASStudy

/// Workers that exist as entries of a table, on a clock that a test turns, but speak through real files.
///
/// It outlives coordinators, as a machine does.
final class FakeCluster: Launcher {
    /// What a worker does.
    enum Fate: Equatable {
        /// Trains and publishes.
        case train
        /// Dies after its first checkpoint or before, with the memory that its heartbeats tell.
        case crash(checkpoints: Int, memory: UInt64)
        /// Heartbeats on, and counts no more steps.
        case hang
        /// Ends so after its first heartbeat, before a checkpoint; nil where it was asked to and nobody sees the end.
        case end(JobState.Exit?)
        /// Does not even begin.
        case refuse
        /// Says that an image is broken.
        case badData
        /// Cannot write its checkpoint.
        case diskFull
    }

    private struct Job {
        var order: LaunchOrder
        var fate: Fate
        var begin: Double
        var duration: Double
        var exit: JobState.Exit?
        var isAlive = true
    }

    private var jobs: [JobHandle: Job] = [:]
    var now = 0.0
    var fate: (LaunchOrder) -> Fate = { _ in .train }
    var duration: (LaunchOrder) -> Double = { _ in 60 }
    /// Whether this fake's jobs are known no more, as when a queue forgets them.
    var isForgetful = false
    /// Whether all workers stand still.
    var isStopped = false
    /// What is said of all jobs that have not ended instead of the truth; nil for the truth.
    var openState: JobState?
    /// Whether its jobs take memory of this machine until they have ended.
    var sharesMachine = true
    /// Whether a launch is reported as one that may have failed; its job begins all the same, if the fate is not to
    /// refuse.
    var isUncertain = false
    private(set) var starts: [LaunchOrder] = []
    private(set) var trained: [Int: Int] = [:]
    private(set) var mostAlive = 0

    func launch(_ order: LaunchOrder) throws -> JobHandle {
        let fate = fate(order)
        if fate == .refuse {
            if isUncertain { throw UncertainLaunch(reason: "no answer") }
            throw CocoaError(.executableLoad)
        }
        starts.append(order)
        let job = JobHandle("\(starts.count)")
        jobs[job] = Job(order: order, fate: fate, begin: now, duration: duration(order))
        mostAlive = max(mostAlive, jobs.values.count(where: \.isAlive))
        if isUncertain { throw UncertainLaunch(reason: "no answer") }
        return job
    }

    func look(at job: JobHandle, in folder: TrialFolder) -> JobState {
        guard let job = jobs[job], !isForgetful else { return .unknown }
        return job.isAlive ? openState ?? (isStopped ? .stopped : .alive) : .gone(job.exit)
    }

    func find(_ attempt: Attempt, in folder: TrialFolder) -> JobHandle? {
        jobs.first { _, job in
            job.order.folder == folder && job.order.attempt == attempt.number && !isForgetful
        }?.key
    }

    func cancelWaiting() {}

    func cancel(_ job: JobHandle, in folder: TrialFolder) {
        guard jobs[job]?.isAlive == true else { return }
        jobs[job]?.isAlive = false
        jobs[job]?.exit = .signal(15)
    }

    /// Turns the clock, and has workers do what they would have done.
    func advance(by seconds: Double) throws {
        now += seconds
        for (handle, job) in jobs.sorted(by: { $0.key.text < $1.key.text }) where job.isAlive {
            if isStopped {
                jobs[handle]?.begin += seconds
            } else {
                try work(job, handle)
            }
        }
    }

    private func work(_ job: Job, _ handle: JobHandle) throws {
        guard let request = TrialRequest(in: job.order.folder) else { return }
        let age = now - job.begin
        // A worker that finds a result has nothing to do.
        guard TrialResult(of: request, in: job.order.folder) == nil else {
            return end(handle, .code(0))
        }
        var heartbeat = Heartbeat(
            run: handle.text, attempt: job.order.attempt, process: 1, host: "fake",
            step: job.fate == .hang ? 1 : Int(age), checkpoints: Int(age / 20))
        heartbeat.count = Int(now)
        switch job.fate {
        case .crash(let checkpoints, let memory):
            heartbeat.checkpoints = checkpoints
            heartbeat.residentMemory = memory
            try heartbeat.write(in: job.order.folder)
            if age >= job.duration / 2 { end(handle, .signal(9)) }
        case .end(let exit):
            heartbeat.checkpoints = 0
            heartbeat.wasAsked = exit == nil ? true : nil
            try heartbeat.write(in: job.order.folder)
            end(handle, exit)
        case .badData:
            _ = try TrialResult(
                for: request, run: handle.text, outcome: .badData("case_1 is broken")
            ).publish(in: job.order.folder)
            end(handle, .code(3))
        case .diskFull: end(handle, .code(WorkerExit.diskFull))
        case .train where age >= job.duration:
            let outcome: TrialResult.Outcome =
                switch SmallStudy.end(of: request.architecture) {
                case .outOfMemory(let shortage):
                    .outOfMemory(needed: shortage.needed, limit: shortage.limit)
                case let end: .completed(dice: end.dice ?? 0)
                }
            if try TrialResult(
                for: request, run: handle.text, outcome: outcome,
                epochs: [TrialEpoch(epoch: 1, loss: 1, dice: 0.5, seconds: 1)]
            ).publish(in: job.order.folder) {
                trained[job.order.trial, default: 0] += 1
            }
            end(handle, .code(0))
        default: try heartbeat.write(in: job.order.folder)
        }
    }

    private func end(_ handle: JobHandle, _ exit: JobState.Exit?) {
        jobs[handle]?.isAlive = false
        jobs[handle]?.exit = exit
    }
}
