internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// `segnas3d status`: shows the progress of a search or a training.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the progress of a search or a training at any time, even while it runs.",
        discussion: """
            With --csv a table for spreadsheets: a row for each trial of a study, for each epoch of a run, of all its \
            folds and stages, or for each method and split of a comparison. With --csv --epochs a study's rows are the \
            epochs of its trials, once these have ended.
            """)

    @Argument(help: "Folder of the study or run.")
    var study: String

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Print a table of comma-separated values: trials of a study, epochs of a run.")
    var csv = false

    @Flag(help: "With --csv and a study, print the epochs of its trials instead.")
    var epochs = false

    @Option(
        help: ArgumentHelp(
            "Write the study to this new file as a journal of Optuna 5, for optuna-dashboard, and print nothing.",
            valueName: "file"))
    var optuna: String?

    func validate() throws {
        guard [json, csv, optuna != nil].count(where: \.self) <= 1 else {
            throw ValidationError("--json, --csv and --optuna exclude each other")
        }
        guard csv || !epochs else { throw ValidationError("--epochs is for --csv") }
    }

    func run() throws {
        if let optuna { return try writeJournal(to: optuna) }
        if csv { return print(try table(), terminator: "") }
        if let status = CascadeStatus(of: study) {
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        if let status = CrossValidationStatus(of: study) {
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        if FolderKind(of: study) == .run {
            let status = RunStatus(of: study)
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        try FolderKind.checkStudy(study)
        let document = StatusDocument(try StudyStatus(of: study), in: StudyFolder(study))
        guard !json else { return print(try JSONDocument.text(of: document, .indented)) }
        print(document.text() + (document.owner == nil ? "\nno process is working on it" : ""))
    }

    private func table() throws -> String {
        switch FolderKind(of: study) {
        case .comparison: try ComparisonReport(of: study).csv
        case .run, .crossValidation, .cascade: EpochTable(of: study).csv
        case nil where epochs: TrialEpochTable(try StudySnapshot(of: study)).csv
        case nil:
            TrialTable(
                try StudySnapshot(of: study),
                labels: try StudyFolder(study).trainingData()?.preparation.labels
            ).csv
        }
    }

    private func writeJournal(to file: String) throws {
        try NewFile.checkAbsence(of: file)
        try FolderKind.checkStudy(study)
        let record = try StudySnapshot(of: study)
        let name = URL(filePath: study).standardizedFileURL.lastPathComponent
        try NewFile.write(OptunaJournal(record, name: name).text(), to: file)
    }
}

/// The status of a study as text or JSON.
struct StatusDocument: Encodable {
    let schema = 1
    /// Trials with a result, and the number of trials, or of completed ones, to reach.
    let iterations: Int
    let budget: Budget
    /// The epochs of all trainings so far, and the number to reach; nil unless trials may stop at rungs.
    let epochs: Epochs?
    let sampler: SamplerPlan.Method
    /// The epochs of the rungs; nil if all trials are trained to the end.
    let rungs: [Int]?
    /// The number of devices among which each training divides its batches; nil for one.
    let devicesPerTrial: Int?
    /// Limits on the networks; nil for none.
    let limits: NetworkLimits?
    /// The earlier studies that a model learns from; nil for none.
    let warmStart: [WarmStart]?
    /// The number of trials in every state.
    let states: [String: Int]
    let best: Best?
    /// The network that the search began with; nil before it is trained to the end.
    let baseline: Baseline?
    /// What several networks that were trained again came to; nil if none of them is delivered.
    let candidates: FinalCandidates?
    /// What came of weighing an ensemble of several networks; nil if none was asked for.
    let ensemble: EnsembleOutcome?
    /// How the best network compares with the first one and with the best of those drawn at random; nil before there
    /// is one.
    let comparisons: [RivalComparison]?
    /// The epochs for which networks are trained again after the search; 0 for none.
    let finalEpochs: Int
    /// Of the search, without that.
    let secondsLeft: Double?
    /// The ends of where they likely are.
    let likelySecondsLeft: [Double]?
    /// Nil if no process is working on the study.
    var owner: StudyOwner?

    struct Budget: Encodable {
        var iterations: Int?
        var effectiveIterations: Int?
        var effectiveEpochs: Int?
    }

    struct WarmStart: Encodable {
        let study: String
        /// What was taken over of the networks that it had trained.
        let networks: Int
        let trained: Int
        /// Networks of another space.
        let outside: Int
        /// Settings of the training that count for nothing.
        let unshared: [String]

        fileprivate let words: String

        private enum CodingKeys: CodingKey {
            case study, networks, trained, outside, unshared
        }

        fileprivate init(_ study: EarlierStudy) {
            self.study = study.name
            networks = Set(study.networks.map(\.number)).count
            trained = study.trained
            outside = study.outside
            unshared = study.unshared.map { "\($0)" }
            words = study.words
        }
    }

    struct Epochs: Encodable {
        let done: Int
        let all: Int
    }

    struct Best: Encodable {
        let trial: Int
        let dice: Double?
        /// The Dice that a model of the search expects, and the ends of one standard deviation; nil without a model.
        let expectedDice: Double?
        let likelyDice: [Double]?
        let architecture: Architecture
        let hyperparameters: [String: HyperparameterValue]
    }

    struct Baseline: Encodable {
        let trial: Int
        let dice: Double?
    }

    init(_ status: StudyStatus, in folder: StudyFolder) {
        baseline = status.rivals.baseline.map { Baseline(trial: $0.number, dice: $0.dice) }
        let candidates = folder.finalCandidates(status.plan)
        self.candidates = candidates
        ensemble = status.best.flatMap { folder.ensembleOutcome($0.number) }
        comparisons = status.best.map {
            RivalComparison.all(
                of: $0, status.rivals, status.plan, candidates: candidates, in: folder)
        }
        iterations = status.iterations
        budget =
            switch status.plan.budget {
            case .iterations(let count): Budget(iterations: count)
            case .effectiveIterations(let count): Budget(effectiveIterations: count)
            case .effectiveEpochs(let count): Budget(effectiveEpochs: count)
            }
        epochs = status.epochs.map { Epochs(done: $0.done, all: $0.all) }
        rungs = status.plan.rungs
        sampler = status.plan.sampler.method
        let conditions = (try? RecordedConditions(status.plan, in: folder))?.asked
        devicesPerTrial = conditions?.workers.devicesPerTrial
        finalEpochs = conditions?.allFinalEpochs ?? 0
        limits = status.plan.sampler.limits
        warmStart = status.plan.sampler.earlier.map { $0.map(WarmStart.init) }
        states = Dictionary(
            uniqueKeysWithValues: status.plan.states.map {
                ($0.rawValue, status.counts[$0, default: 0])
            })
        best = status.best.map { trial in
            Best(
                trial: trial.number, dice: trial.end?.dice,
                expectedDice: status.expectation?.dice,
                likelyDice: status.expectation.map {
                    [$0.likely.lowerBound, $0.likely.upperBound]
                },
                architecture: trial.architecture,
                hyperparameters: Dictionary(
                    uniqueKeysWithValues: trial.hyperparameters.map { ($0.key.rawValue, $0.value) })
            )
        }
        secondsLeft = status.secondsLeft
        likelySecondsLeft = status.likelySecondsLeft.map { [$0.lowerBound, $0.upperBound] }
        owner = status.owner
    }

    func text() -> String {
        var lines = [progress]
        let occurring = TrialState.allCases.compactMap { state in
            states[state.rawValue].flatMap { $0 > 0 ? "\($0) \(Self.words(state))" : nil }
        }
        if !occurring.isEmpty { lines.append(occurring.joined(separator: ", ")) }
        if let best {
            let others = best.hyperparameters.sorted { $0.key < $1.key }
                .map { ", \($0.key) \($0.value.words)" }.joined()
            lines.append(
                "best so far: trial \(best.trial), Dice \(decimal(best.dice ?? 0))"
                    + "\(best.words), \(best.architecture)\(others)")
        }
        if let baseline, let dice = baseline.dice {
            lines.append(
                "baseline, the network that the search began with: trial \(baseline.trial), Dice \(decimal(dice))"
            )
        }
        if secondsLeft == 0 {
            lines += [candidates?.words, ensemble?.words].compactMap(\.self)
            lines += comparisons?.map(\.sentence) ?? []
        }
        if let devicesPerTrial, devicesPerTrial > 1 {
            lines.append("each network is trained on \(devicesPerTrial) devices")
        }
        if let limits { lines.append("limits: at most \(limits.words.joined(separator: ", "))") }
        lines += (warmStart ?? []).map { "warm start: \($0.words)" }
        if let owner { lines.append("\(owner) is working on it") }
        return lines.joined(separator: "\n")
    }

    private var progress: String {
        let goal =
            budget.iterations.map { " of \($0)" }
            ?? budget.effectiveIterations.map { ", until \($0) are completed" } ?? ""
        let final =
            finalEpochs > 0 ? ", then \(counted(finalEpochs, "epoch")) of the best network" : ""
        let left =
            likelySecondsLeft.map {
                $0[1] > 0 ? "; \(duration($0[0]...$0[1])) left\(final)" : "; search complete"
            } ?? ""
        if let epochs {
            return "\(counted(iterations, "trial")) done, \(grouped(epochs.done)) of "
                + "\(counted(epochs.all, "epoch")) trained\(left)"
        }
        return budget.iterations == nil
            ? "\(counted(iterations, "trial")) done\(goal)\(left)"
            : "\(iterations)\(goal) trials done\(left)"
    }

    private static func words(_ state: TrialState) -> String {
        state == .outOfMemory ? "out of memory" : state.rawValue
    }
}

extension StatusDocument.Best {
    /// What a model expects: ` (expected 0.803, likely 0.796 to 0.810)`.
    fileprivate var words: String {
        guard let expectedDice, let likelyDice else { return "" }
        return " (expected \(decimal(expectedDice)), likely \(decimal(likelyDice[0])) to "
            + "\(decimal(likelyDice[1])))"
    }
}

/// The progress of a run of `train` as text or JSON.
struct RunStatus: Encodable {
    let schema = 1
    /// Epochs that are done, and those to do.
    let epochs: Int
    let allEpochs: Int?
    /// The devices that the run is trained on, or was last; nil before it has begun.
    let devices: [String]?
    /// The threads of the CPU; nil before the run has begun.
    let threads: Int?
    /// The epoch with the highest validation Dice so far.
    let best: Best?
    /// The finished model; nil until the run is complete.
    let model: String?

    struct Best: Encodable {
        let epoch: Int
        let dice: Double
    }

    init(of run: String) {
        let records = EpochRecord.all(ofRun: run)
        epochs = records.last?.epoch ?? 0
        best = records.compactMap { record in
            record.validation?.mean.map { Best(epoch: record.epoch, dice: $0) }
        }.max { ($0.dice, $1.epoch) < ($1.dice, $0.epoch) }
        let plan = try? JSONDocument.read(Plan.self, from: "\(run)/plan.json")
        allEpochs = plan?.options.epochs
        (devices, threads) = (plan?.deviceNames, plan?.place?.threads ?? plan?.threads)
        let model = "\(run)/\(ModelLocation.modelOfRun)"
        self.model = TrainingRecord(ofModel: model) == nil ? nil : model
    }

    /// What a run's plan says of its training.
    private struct Plan: Decodable {
        let options: TrainingOptions
        let device: String
        let devices: Int?
        let threads: Int
        let place: Place?

        struct Place: Decodable {
            let devices: [String]
            let threads: Int
        }

        /// In plans of earlier versions GPUs have no numbers.
        var deviceNames: [String] {
            place?.devices ?? Array(repeating: device, count: devices ?? 1)
        }
    }

    /// As text; `work` is the folder that resumes it, if it is a part of other work.
    func text(of run: String, in work: String? = nil) -> String {
        let goal = allEpochs.map { " of \($0)" } ?? ""
        var lines = ["\(run) is a run of segnas3d train: \(epochs)\(goal) epochs are done"]
        if let place { lines.append(place) }
        if let best {
            lines.append("best so far: epoch \(best.epoch), validation Dice \(decimal(best.dice))")
        }
        lines.append(
            model.map { "complete: \($0)" }
                ?? "not complete: to resume, run segnas3d train --output \(work ?? run)")
        return lines.joined(separator: "\n")
    }

    /// The devices and threads as a line of text.
    var place: String? {
        guard let devices, let threads else { return nil }
        let names = devices.joined(separator: ", ")
        let words = devices.count > 1 ? "\(devices.count) devices (\(names))" : names
        return "trained on \(words) with \(counted(threads, "thread"))"
    }
}

extension FolderKind {
    /// Refuses a run or a comparison in place of a study.
    static func checkStudy(_ path: String) throws(NotAStudy) {
        if let kind = FolderKind(of: path) { throw NotAStudy(path: path, kind: kind) }
    }
}

/// A run or a comparison in place of a study.
struct NotAStudy: Error, CustomStringConvertible {
    let path: String
    let kind: FolderKind

    var description: String {
        switch kind {
        case .run:
            "\(path) is a run of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .cascade:
            "\(path) is a cascade of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .crossValidation:
            "\(path) is a cross-validation of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .comparison:
            "\(path) is a comparison: its page is \(path)/comparison.html, and its studies are in \(path)/split-0 and "
                + "so on: name one of them"
        }
    }
}
