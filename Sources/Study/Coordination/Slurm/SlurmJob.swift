/// A job as Slurm's queue shows it.
struct SlurmJob: Hashable, Sendable {
    var number: String
    var name: String
    /// Slurm's word for its state, such as `RUNNING`.
    var state: String
    /// Slurm's word for why it is in that state.
    var reason: String
    /// The status of its process, as wait(2) gives it.
    var exitStatus: Int32

    /// Its state as a search sees it.
    ///
    /// Slurm's word is only a hint. A job that is complete has published a result, which a network file system may show
    /// later; a lost node may go on with its job; and after its controller was restored from an old state Slurm may
    /// hold a job that runs. The heartbeats decide there.
    var jobState: JobState {
        switch state {
        case "PENDING", "REQUEUED", "REQUEUE_FED": isHeld ? .unknown : .waiting
        case "CONFIGURING", "SUSPENDED": .waiting
        case "RUNNING", "COMPLETING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED": .alive
        case "FAILED":
            .gone(exitStatus & 0x7F == 0 ? .code(exitStatus >> 8) : .signal(exitStatus & 0x7F))
        case "CANCELLED", "PREEMPTED": .gone(.signal(15))
        case "TIMEOUT", "DEADLINE": .gone(.timeLimit)
        case "OUT_OF_MEMORY": .gone(.outOfMemory)
        default: .unknown
        }
    }

    private var isHeld: Bool { reason.lowercased().contains("held") }

    /// True if it runs, as far as Slurm knows.
    var isRunning: Bool { jobState == .alive }

    /// True if it may still run, now or later.
    var isOpen: Bool {
        switch jobState {
        case .gone: false
        case .unknown: state.hasPrefix("REQUEUE") || state == "SPECIAL_EXIT" || state == "PENDING"
        default: true
        }
    }
}

// What squeue writes.
extension SlurmJob {
    /// The columns of ``init(line:)``, as squeue takes them; a name of ours fits.
    static let columns = "JobID:20,Name:100,State:20,ReasonList:60,exit_code:12"
    private static let widths = [20, 100, 20, 60, 12]

    /// Reads the UTF-8 of a line of squeue, whose columns are so many bytes wide; nil for anything else.
    init?(line: some BidirectionalCollection<UInt8>) {
        var rest = line[...]
        let fields = Self.widths.map { width in
            defer { rest = rest.dropFirst(width) }
            var field = rest.prefix(width)
            while field.last == UInt8(ascii: " ") { field = field.dropLast() }
            return String(decoding: field, as: UTF8.self)
        }
        // A job that was cancelled before it began has neither nodes nor a reason.
        guard fields.prefix(3).allSatisfy({ !$0.isEmpty }), let status = Int32(fields[4]) else {
            return nil
        }
        (number, name, state, exitStatus) = (fields[0], fields[1], fields[2], status)
        reason = fields[3].filter { $0 != "(" && $0 != ")" }
    }
}
