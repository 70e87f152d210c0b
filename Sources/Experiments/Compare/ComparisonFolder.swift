internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

/// The files of a comparison.
struct ComparisonFolder {
    let path: String

    var plan: String { "\(path)/plan.json" }
    var lock: String { "\(path)/.lock" }
    var page: String { "\(path)/comparison.html" }
    var markdown: String { "\(path)/comparison.md" }
    var csv: String { "\(path)/comparison.csv" }
    var latex: String { "\(path)/comparison.tex" }
    var document: String { "\(path)/comparison.json" }

    func split(_ split: Int) -> String { "\(path)/\(Self.name(ofSplit: split))" }

    private static func name(ofSplit split: Int) -> String { "split-\(split)" }

    /// Path of a method's work on a split, relative to the folder.
    private func place(_ method: ComparedMethod, split: Int) -> String {
        "\(Self.name(ofSplit: split))/\(method.name)"
    }

    /// The study of a search.
    func study(_ method: ComparedMethod, split: Int) -> StudyFolder {
        StudyFolder("\(path)/\(place(method, split: split))")
    }

    /// The run of a baseline.
    func run(_ method: ComparedMethod, split: Int) -> String {
        "\(path)/\(place(method, split: split))"
    }

    /// The file that says why a baseline has no result.
    func failure(_ method: ComparedMethod, split: Int) -> String {
        "\(path)/\(place(method, split: split)).failure.json"
    }

    /// The report of a search, relative to the folder.
    func report(_ method: ComparedMethod, split: Int) -> String {
        "\(place(method, split: split))/report.html"
    }
}

// The outcomes of a comparison's studies and runs, from their files.

extension Comparison.Outcome {
    /// The outcome of a method on a split; nil if it is outstanding.
    ///
    /// Its time is counted for each of the devices of a training.
    init?(
        of method: ComparedMethod, split: Int, in folder: ComparisonFolder, devices: Int,
        budget: StudyPlan.Budget, linksReports: Bool = true
    ) throws {
        switch method.kind {
        case .search:
            try self.init(
                of: folder.study(method, split: split), devices: devices, budget: budget,
                report: linksReports ? folder.report(method, split: split) : nil)
        case .training(let network):
            let failure = try BaselineFailure(
                of: network, in: folder.failure(method, split: split))
            if let failure {
                self = failure.outcome
            } else if let result = try TrainingResult(of: folder.run(method, split: split)) {
                self = .evaluated(
                    Comparison.Result(
                        network, parameters: result.parameters,
                        seconds: Double(devices) * result.seconds,
                        validationDice: result.validation?.mean, test: result.test))
            } else {
                return nil
            }
        }
    }

    /// The outcome of a study; nil until its budget is spent and its best model evaluated.
    private init?(
        of folder: StudyFolder, devices: Int, budget: StudyPlan.Budget, report: String?
    ) throws {
        guard FileManager.default.fileExists(atPath: folder.database) else { return nil }
        let record = try StudySnapshot(of: folder.path)
        guard record.isComplete, record.plan.budget == budget else { return nil }
        guard let best = record.best else {
            self = .failed("none of \(record.trials.count) trials was completed")
            return
        }
        guard let test = try folder.evaluation() else { return nil }
        let trials = record.trials.flatMap(\.epochs).reduce(0) { $0 + $1.seconds }
        let final = (folder.finalTraining?.epochs ?? [])
            .reduce(0) { $0 + $1.seconds + $1.validationSeconds }
        self = .evaluated(
            Comparison.Result(
                best.trial.architecture, optimum: record.space.decode(best.trial.proposal.point),
                parameters: best.trial.cost?.parameters ?? 0,
                seconds: Double(devices) * (trials + final),
                validationDice: best.trial.end?.dice, test: test,
                trials: Comparison.TrialCounts(record),
                report: FileManager.default.fileExists(atPath: folder.report)
                    ? report : nil))
    }
}

extension Comparison.TrialCounts {
    fileprivate init(_ record: StudySnapshot) {
        func count(_ state: TrialState) -> Int {
            record.trials.count { $0.trial.state == state }
        }
        self.init(
            completed: count(.completed), cached: count(.cached), illegal: count(.illegal),
            outOfMemory: count(.outOfMemory), failed: count(.failed))
    }
}

/// The reason why a comparison cannot be begun or resumed.
public enum ComparisonError: Error, CustomStringConvertible {
    /// A folder that holds something else.
    case noComparison(folder: String)
    /// A plan that cannot be read.
    case damaged(file: String)
    case planChanged([StudyError.Difference])
    case locked(folder: String, by: String)
    case file(String, reason: String)

    public var description: String {
        switch self {
        case .noComparison(let folder):
            "\(folder) holds other files and no comparison of segnas3d: name a new folder"
        case .damaged(let file):
            "\(file) cannot be understood: restore it, or begin another comparison"
        case .planChanged(let differences):
            (["the comparison was begun with other options:"] + differences.map { "  \($0)" })
                .joined(separator: "\n") + "\nGive the same ones, or begin another comparison"
        case .locked(let folder, let owner):
            "\(folder) is in use by \(owner): wait for it, or stop it"
        case .file(let file, let reason): "\(file): \(reason)"
        }
    }
}
