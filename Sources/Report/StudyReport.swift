internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASSearch
public import SegNASStudy

/// The report of a study: a self-contained page, and its figures as files.
///
/// It can be made at any time, also while the study runs.
///
/// ```swift
/// let report = StudyReport(try StudySnapshot(of: "study"), version: "0.1.0")
/// print(try report.html())
/// ```
public struct StudyReport {
    let record: StudySnapshot
    /// The description of its trainings; nil if it is not known.
    public var training: TrainingDescription?
    /// The images that the study is trained on; nil if they are not known yet.
    public var images: TrainingDataset?
    /// The evaluation of the best model on the test cases; nil before there is one.
    public var test: Evaluation?
    /// The final training of the best network; nil if there was none.
    public var finalTraining: FinalTraining?
    /// What several networks that were trained again came to; nil if none of them is delivered.
    public var candidates: FinalCandidates?
    /// What came of weighing an ensemble of several networks; nil if none was asked for.
    public var ensemble: EnsembleOutcome?
    /// How the best network compares with others of the study.
    public var comparisons: [RivalComparison] = []
    /// The best network, drawn.
    public var network: NetworkFigure?
    /// The test cases in images, before the tables of the test.
    public var cases: AnatomySection?
    /// The date of the report, as the page shows it.
    public var date: String?
    private let version: String

    /// The training of the best network after the search.
    public struct FinalTraining: Hashable, Sendable {
        public var epochs: Int
        /// The validation Dice of the epoch that was chosen; of folds, that of all cases, each by the fold that has not
        /// seen it.
        public var dice: Double?
        /// The number of folds, whose mean is the model; nil for one training.
        public var folds: Int?

        public init(epochs: Int, dice: Double? = nil, folds: Int? = nil) {
            self.epochs = epochs
            self.dice = dice
            self.folds = folds
        }
    }

    /// - Parameters:
    ///   - record: The study to report.
    ///   - version: The version of segnas3d that makes the report.
    public init(_ record: StudySnapshot, version: String) {
        self.record = record
        self.version = version
    }

    var data: ReportData {
        ReportData(
            record, labels: images?.dataset.labels, test: test, anatomy: cases?.payload,
            program: version)
    }

    /// The block of the best network; nil before one is trained.
    var block: BlockFigure? {
        guard case .segnas(let network)? = record.best?.trial.architecture else { return nil }
        return BlockFigure(network.block)
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String {
        let data = data
        let sections = [
            SummarySection(report: self, data: data).section, Section.evolution(data),
            Section.network(self), Section.blocks(record), Section.trials(data),
            Section.costs(data), Section.factors(data), Section.cases(cases),
            data.test.map(Section.test),
        ].compactMap { $0 }
        return Page(
            title: title, sections: sections, data: try pageJSON(data),
            script: .study(showsCases: cases != nil), version: version
        ).html
    }

    /// True if a file that begins with the text is a page or figure of a report, which the next one may replace.
    public static func isReport(_ text: String) -> Bool {
        text.contains(Page.mark) || text.contains("class=\"\(StyleSheet.root)\"")
    }

    var title: String { "Search report: \(images?.dataset.name ?? "study")" }

    /// The figures as SVG documents, by their file names.
    public var figures: [(name: String, svg: String)] {
        let figures = [
            ("evolution.svg", EvolutionFigure(data)?.svg()), ("network.svg", network?.svg()),
            ("block.svg", block?.svg()),
        ]
        return figures.compactMap { name, svg in svg.map { (name, $0) } }
    }
}
