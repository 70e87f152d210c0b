/// What a coordinator remembers of an attempt that it watches, on its own clock.
///
/// A beat counts as a sign of life when it changes, so that no two clocks are compared.
struct AttemptWatch {
    var attempt: Attempt
    private(set) var begin: Double
    /// The newest beats by run, and when one changed last.
    private(set) var beats: [String: Heartbeat] = [:]
    private(set) var lastChange: Double
    /// Steps seen, and when the number changed last.
    private var steps: Int?
    private var firstStep: (count: Int, time: Double)?
    private var lastStep: Double
    private var lastLook: Double
    /// For how long its worker has been stopped, until now.
    private(set) var standstill = 0.0
    /// Whether that was told.
    var isStandstillTold = false
    /// Checkpoints when the attempt was begun.
    private let checkpoints: Int
    /// Processes that the system had killed for want of memory when the attempt was begun.
    var memoryKills: Int
    /// Where in the log this attempt begins.
    let logStart: Int
    /// When a worker that an earlier coordinator has left gave its last sign of life, in seconds since 1970.
    ///
    /// Nil where this one has seen it at work. The time in which nobody worked is none of the training.
    private(set) var leftAt: Double?
    /// When its result was first seen.
    var resultSeen: Double?
    /// When it was asked to end, and why.
    var canceled: (time: Double, reason: AttemptEnd.Reason)?

    init(_ attempt: Attempt, in folder: TrialFolder, memoryKills: Int, now: Double) {
        self.attempt = attempt
        self.memoryKills = memoryKills
        logStart = attempt.state == .submitting ? folder.logSize : 0
        leftAt = folder.lastBeatTime
        begin = now
        lastChange = now
        lastStep = now
        lastLook = now
        let before = folder.beats()
        beats = Dictionary(before.map { ($0.run, $0) }) { $1 }
        checkpoints =
            before.filter { $0.attempt < attempt.number }.map(\.checkpoints).max() ?? 0
    }

    /// Reads the beats of a worker that may be stopped: that takes none of its time.
    mutating func look(in folder: TrialFolder, isStopped: Bool = false, now: Double) {
        rest(isStopped ? now - lastLook : nil)
        lastLook = now
        for beat in folder.beats() where beats[beat.run] != beat {
            beats[beat.run] = beat
            lastChange = now
            leftAt = nil
            guard beat.attempt == attempt.number, beat.step != steps else { continue }
            steps = beat.step
            lastStep = now
            if firstStep == nil { firstStep = (beat.step, now) }
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

    /// The last beat of this attempt.
    var last: Heartbeat? {
        beats.values.filter { $0.attempt == attempt.number }.max { $0.count < $1.count }
    }

    var hasProgressed: Bool { (last?.checkpoints ?? 0) > checkpoints }

    /// Whether the steps have stopped for longer than any step should take.
    func hangs(now: Double, _ options: CoordinatorOptions) -> Bool {
        let limit = max(options.leastHang, options.hangSteps * (secondsPerStep ?? 0))
        return now - lastStep > limit
    }

    /// As long as a step took on the average; nil before there were two.
    var secondsPerStep: Double? {
        guard let first = firstStep, let steps, steps > first.count else { return nil }
        return (lastStep - first.time) / Double(steps - first.count)
    }
}
