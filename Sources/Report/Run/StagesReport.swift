internal import SegNASDatasets
internal import SegNASHost

/// The report of a cascade: a self-contained page of its two stages, the second of which gives the result.
///
/// It can be made at any time, also while a stage is trained.
public struct StagesReport: TrainingsPage {
    /// The first stage, at a low resolution.
    public var first: FoldsReport
    /// The second stage, at the full resolution; nil before it is begun.
    public var second: SecondStage?
    /// The date of the report, as the page shows it.
    public var date: String?
    /// A validation case as the network of this moment sees it, as a PNG file in base64; nil in a report.
    package var preview: String?
    package let version: String

    public enum SecondStage {
        case run(RunReport)
        case folds(FoldsReport)
    }

    /// - Parameters:
    ///   - first: The first stage.
    ///   - second: The second stage; nil before it is begun.
    ///   - version: The version of segnas3d that makes the report.
    public init(first: FoldsReport, second: SecondStage?, version: String) {
        self.first = first
        self.second = second
        self.version = version
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(at: nil) }

    package var title: String { "Cascade: \(first.dataset)" }

    /// The cases of the second stage.
    package var cases: AnatomySection? {
        switch second {
        case .run(let run): run.cases
        case .folds(let folds): folds.cases
        case nil: nil
        }
    }

    package var sections: [Section] {
        let stage: [Section] =
            switch second {
            case .run(let run): run.sections
            case .folds(let folds): folds.sections
            case nil: []
            }
        let later = stage.filter { $0.id != "summary" }
        // The pictures and the cases are those of the second stage.
        let earlier = [Section.folds(first)].map {
            Section(id: "first-\($0.id)", title: "First stage: folds", body: $0.body)
        }
        let seen = Section.preview(
            preview, of: "the best epoch so far", labels: first.labels.structures)
        return [summary] + [seen].compactMap(\.self) + later + earlier
    }

    private var summary: Section {
        let (figures, facts): ([(name: String, value: String)], [(name: String, words: String)]) =
            switch second {
            case .run(let run): (run.figures, run.facts)
            case .folds(let folds): (folds.figures, folds.facts)
            case nil: ([], first.facts)
            }
        let dice = first.evaluation.flatMap { TestEntry($0).dice }
        let stage = [
            dice.map { ("Dice of the first stage", "\($0.text), cross-validated") },
            ("Training of the first stage", duration(first.seconds)),
        ].compactMap(\.self)
        return Section.summary(
            state: state + (date.map { " This page was made on \($0)." } ?? ""),
            figures: figures, facts: facts + stage)
    }

    private var state: String {
        let isOver =
            switch second {
            case .run(let run): run.chosenEpoch != nil
            case .folds(let folds): folds.isComplete
            case nil: false
            }
        if isOver { return "The cascade is complete." }
        return second == nil
            ? "The first stage is trained at a low resolution. \(first.state)"
            : "The second stage is trained at the full resolution."
    }
}
