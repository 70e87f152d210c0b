internal import SegNASHost

/// The files of a study.
public struct StudyFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    public var plan: String { "\(path)/plan.json" }
    public var database: String { "\(path)/study.sqlite" }
    public var backup: String { "\(path)/study.backup.sqlite" }
    public var lock: String { "\(path)/study.lock" }

    /// The description of the images that its trials are trained on.
    public var dataset: String { "\(path)/dataset.json" }

    public var trials: String { "\(path)/trials" }
    /// The folder of a trial that is trained: `trials/000012`.
    public func trial(_ number: Int) -> String { "\(trials)/\(Self.name(number))" }

    /// The folder of the trials' models, of which only the best is kept.
    public var models: String { "\(path)/models" }
    public func model(_ trial: Int) -> String { "\(models)/\(Self.name(trial))" }

    /// The run in which the network of a trial is trained again when the search is over: `final/000012-100`.
    public func final(_ trial: Int, epochs: Int) -> String {
        "\(path)/\(Self.finals)/\(Self.name(trial))-\(epochs)"
    }

    /// The cross-validation in which it is trained again: `final/000012-100-folds-5`, or `final/000012-100-seeds`.
    ///
    /// The number of seeds, with which folds are trained, too, may change.
    public func finalSet(_ trial: Int, epochs: Int, folds: Int) -> String {
        final(trial, epochs: epochs) + (folds > 1 ? "-folds-\(folds)" : "-seeds")
    }

    /// The run in which the best network is trained as its trial was, whose model was not kept: `final/000012-again`.
    public func repeated(_ trial: Int) -> String {
        "\(path)/\(Self.finals)/\(Self.name(trial))-again"
    }

    /// The ensemble of several networks, the best of which is that of a trial: `final/000012-ensemble`.
    public func ensemble(_ trial: Int) -> String {
        "\(path)/\(Self.finals)/\(Self.name(trial))\(Self.ensembleEnding)"
    }
    static let ensembleEnding = "-ensemble"
    /// What came of weighing its networks.
    public func ensembleRecord(_ trial: Int) -> String { ensemble(trial) + ".json" }
    /// What is known so far of an ensemble that is being weighed.
    public func ensembleProgress(_ trial: Int) -> String { ensemble(trial) + ".part.json" }

    /// The folder of such runs.
    public static let finals = "final"

    /// What several networks that were trained again came to.
    public var candidates: String { "\(path)/\(Self.finals)/\(Self.candidatesName)" }
    static let candidatesName = "candidates.json"

    /// A link to the best model.
    public var best: String { "\(path)/best" }

    /// The folder of the best model, also if the link is a file.
    public var bestModel: String { FolderLink.resolve(best) }

    /// The model that ``best`` links to, relative to the study; nil if there is none.
    public var bestTarget: String? { BestLink(self).target }

    /// The evaluation of the best model on the test cases: `evaluation.json`, `cases.json` and `predictions`.
    public var test: String { "\(path)/test" }
    public var predictions: String { "\(test)/predictions" }

    /// The page about the search.
    public var report: String { "\(path)/report.html" }

    /// True if a file may exist before the plan, which makes a folder a study.
    func isOfNewStudy(_ name: String) -> Bool {
        let file = "\(path)/\(name)"
        return FileLock.isFile(file, of: lock) || file.hasPrefix(database)
            || name.hasPrefix(".plan.json.")
    }

    public static func name(_ trial: Int) -> String {
        padded(trial, to: 6)
    }
}
