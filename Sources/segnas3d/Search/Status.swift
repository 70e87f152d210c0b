internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// `segnas3d status`: how far a search is.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how far a search or a training is, at any time, also while it runs.")

    @Argument(help: "Folder of the study or run.")
    var study: String

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    func run() throws {
        if FolderKind(of: study) == .run {
            let status = RunStatus(of: study)
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        try FolderKind.checkStudy(study)
        let document = StatusDocument(try StudyStatus(of: study))
        guard !json else { return print(try JSONDocument.text(of: document, .indented)) }
        print(document.text() + (document.owner == nil ? "\nnobody works on it" : ""))
    }
}

/// What `status --json` prints, and the text of the same.
struct StatusDocument: Encodable {
    let schema = 1
    /// Proposals whose value is known, and how many there shall be; or networks that are to be trained.
    let iterations: Int
    let budget: Budget
    /// Every state, also those of no trial.
    let states: [String: Int]
    let best: Best?
    let secondsLeft: Double?
    /// Nil where no process works on the study.
    var owner: StudyOwner?

    struct Budget: Encodable {
        var iterations: Int?
        var effectiveIterations: Int?
    }

    struct Best: Encodable {
        let trial: Int
        let dice: Double?
        let architecture: Architecture
        let hyperparameters: [String: Double]
    }

    init(_ status: StudyStatus) {
        iterations = status.iterations
        budget =
            switch status.plan.budget {
            case .iterations(let count): Budget(iterations: count)
            case .effectiveIterations(let count): Budget(effectiveIterations: count)
            }
        states = Dictionary(
            uniqueKeysWithValues: TrialState.allCases.map {
                ($0.rawValue, status.counts[$0, default: 0])
            })
        best = status.best.map { trial in
            Best(
                trial: trial.number, dice: trial.end?.dice, architecture: trial.architecture,
                hyperparameters: Dictionary(
                    uniqueKeysWithValues: trial.hyperparameters.map { ($0.key.rawValue, $0.value) })
            )
        }
        secondsLeft = status.secondsLeft
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
                .map { ", \($0.key) \($0.value)" }.joined()
            lines.append(
                "best so far: trial \(best.trial), Dice \(decimal(best.dice ?? 0)), "
                    + "\(best.architecture)\(others)")
        }
        if let owner { lines.append("\(owner) works on it") }
        return lines.joined(separator: "\n")
    }

    private var progress: String {
        let goal =
            budget.iterations.map { " of \($0)" }
            ?? budget.effectiveIterations.map { ", until \($0) networks are trained" } ?? ""
        let left = secondsLeft.map { $0 > 0 ? "; about \(duration($0)) left" : "; done" } ?? ""
        return "\(iterations)\(goal) proposals are known\(left)"
    }

    private static func words(_ state: TrialState) -> String {
        state == .outOfMemory ? "out of memory" : state.rawValue
    }
}

/// How far a run of `train` is: what `status` prints of it.
struct RunStatus: Encodable {
    let schema = 1
    /// Done, and asked for.
    let epochs: Int
    let allEpochs: Int?
    /// The epoch with the highest validation Dice until now.
    let best: Best?
    /// The finished model; nil before.
    let model: String?

    struct Best: Encodable {
        let epoch: Int
        let dice: Double
    }

    init(of run: String) {
        let records = JSONDocument.lines(of: "\(run)/log.jsonl", as: EpochRecord.self)
        epochs = records.map(\.epoch).max() ?? 0
        best = records.compactMap { record in
            record.validation?.mean.map { Best(epoch: record.epoch, dice: $0) }
        }.max { ($0.dice, $1.epoch) < ($1.dice, $0.epoch) }
        struct Plan: Decodable { var options: TrainingOptions }
        let plan = try? JSONDocument.read(Plan.self, from: "\(run)/plan.json")
        allEpochs = plan?.options.epochs
        let model = "\(run)/\(ModelLocation.modelOfRun)"
        self.model = TrainingRecord(ofModel: model) == nil ? nil : model
    }

    func text(of run: String) -> String {
        let goal = allEpochs.map { " of \($0)" } ?? ""
        var lines = ["\(run) is a run of segnas3d train: \(epochs)\(goal) epochs are done"]
        if let best {
            lines.append("best so far: epoch \(best.epoch), validation Dice \(decimal(best.dice))")
        }
        lines.append(model.map { "complete: \($0)" } ?? "its command goes on with it")
        return lines.joined(separator: "\n")
    }
}

/// What wrote a folder, by its plan: commands that tell of studies meet runs and comparisons, too.
enum FolderKind: String {
    case run = "train"
    case comparison = "compare"

    /// Nil for a study, and for what is none of these.
    init?(of path: String) {
        struct Plan: Decodable { var command: String? }
        guard let plan = try? JSONDocument.read(Plan.self, from: "\(path)/plan.json"),
            let kind = plan.command.flatMap({ FolderKind(rawValue: $0) })
        else { return nil }
        self = kind
    }

    /// Refuses what is no study, and says what it is.
    static func checkStudy(_ path: String) throws(OtherFolder) {
        if let kind = FolderKind(of: path) { throw OtherFolder(path: path, kind: kind) }
    }
}

/// A run or a comparison in place of a study.
struct OtherFolder: Error, CustomStringConvertible {
    let path: String
    let kind: FolderKind

    var description: String {
        switch kind {
        case .run:
            "\(path) is a run of segnas3d train, and reports are of studies, which segnas3d search makes: "
                + "segnas3d status \(path) tells how far the run is"
        case .comparison:
            "\(path) is a comparison: its page is \(path)/comparison.html, and its studies lie in \(path)/split-0 and so "
                + "on: name one of them"
        }
    }
}
