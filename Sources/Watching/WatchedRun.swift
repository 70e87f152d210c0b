internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport

/// The training of one network.
struct WatchedRun: Watched {
    private let path: String
    private var report: RunReport
    private var stamps: FileStamps
    private var meter = CoreMeter()
    private var owner: RunOwner?
    private(set) var parts: [String: String] = [:]

    init(_ path: String) throws {
        self.path = path
        stamps = FileStamps([])
        report = try RunReport(of: path)
        _ = try refresh(change: 0)
    }

    /// A page whose cases have come is made anew, as scripts draw them.
    var structure: String { "run" + (report.showsCases ? ", cases" : "") }
    var order: [String] { report.parts.map(\.id) }

    private var files: [String] {
        ["plan.json", ".lock", "log.jsonl", "test.json", "model/training.json", "preview.png"].map {
            "\(path)/\($0)"
        }
    }

    mutating func refresh(change: Int) throws -> Bool {
        let now = FileStamps(files)
        // The death of a process changes no file.
        guard now != stamps || owner?.isThere == false else { return false }
        report = try RunReport(of: path)
        let owner = RunOwner(of: path)
        (stamps, self.owner) = (now, owner)
        let machine = HostResources.current()
        let process = owner?.localProcess
        var work = LiveWork(
            lastSign: now.last, busyCores: process.flatMap { meter.busyCores([$0]) },
            cores: machine.cores, memory: machine.memory.bytes)
        if owner != nil, report.chosenEpoch == nil {
            work.trainings = [
                LiveTraining(
                    title: "Training", network: report.network, epochs: report.epochs,
                    allEpochs: report.allEpochs,
                    memory: process.flatMap { ProcessTable.residentBytes(of: $0) })
            ]
        }
        report.work = work
        report.preview = picture(at: "\(path)/preview.png")
        report.date = nil
        parts = Dictionary(uniqueKeysWithValues: report.parts.map { ($0.id, $0.html) })
        return false
    }

    func data(after change: Int) -> String? { nil }

    func html(at position: LivePosition) throws -> String { try report.html(at: position) }
}

/// The process that trains a run.
struct RunOwner {
    /// Its number, if it is of this machine and known.
    let localProcess: Int32?

    /// False if it has ended, as far as can be seen from here.
    var isThere: Bool { localProcess.map { ProcessTable.status(of: $0) != nil } ?? true }

    /// Nil if there is none.
    init?(of run: String) {
        switch FileLock.state(of: "\(run)/.lock") {
        case .held(let text):
            // `process 123 on host since …`
            let words = text.split(separator: " ")
            localProcess =
                words.count > 3 && words[3] == ProcessTable.host ? Int32(words[1]) : nil
        case .marked(let process?):
            localProcess = process.host == ProcessTable.host ? process.process : nil
        case .marked(nil), .free, nil: return nil
        }
    }
}
