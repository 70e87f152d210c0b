internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy

/// Writes event files for TensorBoard while a training or a search is at work: the loss, the learning rate and the
/// validation Dice of each epoch; of a search a run for each trial, and one for the search as a whole.
///
/// Nothing depends on these files, and what keeps them from being written is a warning, once. They are made from what
/// the work records itself, so that work which is resumed goes on in them, and those that are missing are made again.
///
/// ```swift
/// let events = TensorBoard(folder: "events", of: "run")
/// let session = try RunSession(options, in: "run", monitor: events.observing(monitor))
/// ```
public final class TensorBoard {
    private let folder: String
    private let work: String
    private var files: [String: EventFile] = [:]
    /// The bytes of the trials' logs when they were read.
    private var logBytes: [Int: Int] = [:]
    private var labels: [String: String] = [:]
    /// The run that is trained in this process.
    private var run: String?
    private var study: StudyEvents?
    private var isBroken = false

    /// - Parameters:
    ///   - folder: The folder for TensorBoard, which is made if it does not exist; others may write there too.
    ///   - work: The folder of the run or study, whose last name is that of the files' folder.
    public init(folder: String, of work: String) {
        self.work = PathParts.trimmed(work)
        self.folder = "\(PathParts.trimmed(folder))/\(PathParts(absolutePath(self.work)).name)"
    }

    /// A monitor that does the same and writes the files.
    public func observing(_ monitor: Monitor) -> Monitor {
        var observing = monitor
        observing.report = { [self] event in
            monitor.report(event)
            guard !isBroken else { return }
            do { try take(event) } catch {
                isBroken = true
                monitor.warn("no more events are written to \(folder): \(error)")
            }
        }
        return observing
    }

    private func take(_ event: ExperimentEvent) throws {
        switch event {
        case .working(let path):
            run = path
            if FileManager.default.fileExists(atPath: StudyFolder(path).database) {
                try begin(StudyEvents(path))
            }
        case .fold(let path, _, _), .stage(let path, _), .finalTraining(let path): run = path
        case .training(.epoch), .training(.alreadyComplete): try run.map { try take(run: $0) }
        case .searching(let progress):
            for training in progress.running { try take(trial: training.trial) }
        case .trial(.ended(let trial), _):
            try take(trial: trial.number)
            try add(trial)
        case .trial(.paused(let trial), _): try take(trial: trial.number)
        default: break
        }
    }

    // MARK: - Runs

    /// Takes the epochs of a run that are not in its file yet.
    private func take(run path: String) throws {
        let name = path.hasPrefix(work + "/") ? path.dropFirst(work.count) : ""
        try take(
            EpochRecord.all(ofRun: path), in: folder + name, named: nil, labels: labels(of: path))
    }

    private func take(trial: Int) throws {
        guard let study else { return }
        let log = "\(TrialFolder(study.folder.trial(trial)).run)/log.jsonl"
        guard let bytes = (try? MappedFile(path: log))?.bytes.count, bytes != logBytes[trial]
        else { return }
        logBytes[trial] = bytes
        try take(
            JSONDocument.lines(of: log, as: EpochRecord.self), in: place(ofTrial: trial),
            named: study.name, labels: study.labels)
    }

    private func take(
        _ records: [EpochRecord], in place: String, named name: String?, labels: [String: String]
    ) throws {
        guard let first = records.first else { return }
        try write(in: place, named: name ?? "\(Int(first.time))") { file in
            for record in records where record.epoch > file.lastStep {
                let dice = record.validation
                try file.append(
                    step: record.epoch, time: record.time,
                    [.init("loss", record.loss), .init("learning_rate", record.learningRate)]
                        + Self.scalars(dice?.mean, dice?.perLabel ?? [:], labels))
            }
        }
    }

    private static func scalars(
        _ mean: Double?, _ dice: [String: Double], _ labels: [String: String]
    ) -> [EventRecord.Scalar] {
        let means = mean.map { [EventRecord.Scalar("dice/mean", $0)] } ?? []
        return means
            + dice.sorted { $0.key < $1.key }.map { label, value in
                EventRecord.Scalar("dice/\(labels[label] ?? label)", value)
            }
    }

    private func write(
        in place: String, named name: String, _ body: (inout EventFile) throws -> Void
    ) throws {
        var file = try files[place] ?? EventFile(in: place, named: name)
        try body(&file)
        files[place] = file
    }

    /// The names of a run's labels by their values.
    private func labels(of run: String) -> [String: String] {
        struct Plan: Decodable { var preparation: Preparation }
        if labels.isEmpty,
            let plan = try? JSONDocument.read(Plan.self, from: "\(run)/plan.json")
        {
            labels = plan.preparation.labels.namesByValue
        }
        return labels
    }

    // MARK: - Studies

    private func place(ofTrial trial: Int) -> String {
        "\(folder)/trial-\(StudyFolder.name(trial))"
    }

    /// Takes what a study has recorded so far; learning rates are not in its record.
    private func begin(_ study: StudyEvents) throws {
        self.study = study
        for record in study.record.trials where !record.epochs.isEmpty {
            try write(in: place(ofTrial: record.number), named: study.name) { file in
                var time = record.began ?? 0
                for epoch in record.epochs {
                    time += epoch.seconds
                    try file.append(
                        step: epoch.number, time: time,
                        [.init("loss", epoch.loss), .init("dice/mean", epoch.dice)])
                }
            }
        }
        let ended = study.record.trials.filter { $0.trial.tellSerial != nil }
        for record in ended.sorted(by: { $0.trial.tellSerial ?? 0 < $1.trial.tellSerial ?? 0 }) {
            try add(record.trial, at: record.ended)
        }
    }

    /// Adds a trial that has ended to the curve of the search, of which each trial with a result is a step.
    private func add(_ trial: Trial, at time: Double? = nil) throws {
        guard let serial = trial.tellSerial, let dice = trial.dice, let study else { return }
        let best = max(dice, study.best)
        self.study?.best = best
        try write(in: "\(folder)/search", named: study.name) { file in
            try file.append(
                step: serial + 1, time: time ?? Date.now.timeIntervalSince1970,
                [.init("search/trial", dice), .init("search/best", best)])
        }
    }
}

/// What is known of a study whose trials are written.
private struct StudyEvents {
    let folder: StudyFolder
    let record: StudySnapshot
    /// What tells it from other studies.
    let name: String
    let labels: [String: String]
    var best = 0.0

    init(_ path: String) throws {
        folder = StudyFolder(path)
        record = try StudySnapshot(of: path)
        name = "\(record.plan.study)"
        labels = try folder.trainingData()?.preparation.labels.namesByValue ?? [:]
    }
}

extension LabelTable {
    fileprivate var namesByValue: [String: String] {
        Dictionary(structures.map { ("\($0.value)", $0.name) }) { first, _ in first }
    }
}

extension EpochRecord {
    /// The time of its end, in seconds since 1970.
    fileprivate var time: Double {
        (try? Date(finished, strategy: .iso8601))?.timeIntervalSince1970 ?? 0
    }
}
