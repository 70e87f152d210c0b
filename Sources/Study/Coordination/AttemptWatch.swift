/// A coordinator's observations of a running attempt, on the coordinator's own clock.
///
/// A heartbeat counts as a sign of life when it changes, so that no two clocks are compared.
struct AttemptWatch {
    var attempt: Attempt
    /// True if an earlier coordinator began it.
    let isAdopted: Bool
    private(set) var begin: Double
    /// The newest heartbeats by run, and the time of the last change of one.
    private(set) var heartbeats: [String: Heartbeat] = [:]
    private(set) var lastChange: Double
    /// The steps seen, and below the time of their last change.
    private var steps: Int?
    private var firstStep: (count: Int, time: Double)?
    private var lastStep: Double
    private(set) var lastLook: Double
    /// Seconds for which its worker has been stopped, until now.
    private(set) var standstill = 0.0
    /// True once that was reported.
    var isStandstillReported = false
    /// Checkpoints when the attempt was begun.
    private let checkpoints: Int
    /// Processes that the system had killed for lack of memory when the attempt was begun.
    var memoryKills: Int
    /// The offset in the log at which this attempt begins.
    let logStart: Int
    /// The last sign of life of a worker that an earlier coordinator has left, in seconds since 1970.
    ///
    /// Nil once this coordinator has seen it at work: time in which no worker ran does not count as training.
    private(set) var leftAt: Double?
    /// The time at which its result was first seen.
    var resultSeen: Double?
    /// The time at which it was asked to end, and the reason.
    var canceled: (time: Double, reason: AttemptEnd.Reason)?

    init(
        _ attempt: Attempt, isAdopted: Bool, in folder: TrialFolder, memoryKills: Int, now: Double
    ) {
        self.attempt = attempt
        self.isAdopted = isAdopted
        self.memoryKills = memoryKills
        logStart = attempt.state == .submitting ? folder.logSize : 0
        leftAt = folder.lastHeartbeatTime
        begin = now
        lastChange = now
        lastStep = now
        lastLook = now
        let before = folder.heartbeats()
        heartbeats = Dictionary(before.map { ($0.run, $0) }) { $1 }
        checkpoints =
            before.filter { $0.attempt < attempt.number }.map(\.checkpoints).max() ?? 0
    }

    /// Reads the heartbeats; time for which the worker rests, stopped or in a queue, does not count.
    mutating func look(in folder: TrialFolder, rests: Bool = false, now: Double) {
        rest(rests ? now - lastLook : nil)
        lastLook = now
        for heartbeat in folder.heartbeats() where heartbeats[heartbeat.run] != heartbeat {
            heartbeats[heartbeat.run] = heartbeat
            lastChange = now
            leftAt = nil
            guard heartbeat.attempt == attempt.number, heartbeat.step != steps else { continue }
            steps = heartbeat.step
            lastStep = now
            if firstStep == nil { firstStep = (heartbeat.step, now) }
        }
    }

    private mutating func rest(_ seconds: Double?) {
        guard let seconds else {
            standstill = 0
            return
        }
        standstill += seconds
        begin += seconds
        lastChange += seconds
        lastStep += seconds
    }

    /// The last heartbeat of this attempt.
    var last: Heartbeat? {
        heartbeats.values.filter { $0.attempt == attempt.number }.max { $0.count < $1.count }
    }

    var hasProgressed: Bool { (last?.checkpoints ?? 0) > checkpoints }

    /// True if there was no step for longer than any step should take.
    func hangs(now: Double, _ options: CoordinatorOptions) -> Bool {
        let limit = max(options.minHangTimeout, options.hangSteps * (secondsPerStep ?? 0))
        return now - lastStep > limit
    }

    /// The mean duration of a step; nil before there were two.
    var secondsPerStep: Double? {
        guard let first = firstStep, let steps, steps > first.count else { return nil }
        return (lastStep - first.time) / Double(steps - first.count)
    }
}
