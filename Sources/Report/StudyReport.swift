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
    /// True to name cases, as their evaluation does.
    public var namesCases = false
    /// The date of the report, as the page shows it.
    public var date: String?
    /// The work of this moment, for a page that is watched; nil for a report.
    package var work: LiveWork?
    private let version: String

    /// The training of the best network after the search.
    public struct FinalTraining: Hashable, Sendable {
        public var epochs: Int
        /// The validation Dice of the epoch that was chosen; of folds and seeds, that of all cases, each by the mean of
        /// the networks that have not seen it.
        public var dice: Double?
        /// The folds and seeds, whose mean is the model; nil for one training.
        public var trainings: FoldTrainings?
        /// Its time, that of all trainings together; nil if it is not known.
        public var seconds: Double?
        /// Its epochs; of several trainings, those of the first.
        package var curve: [TrainingEpoch] = []

        public init(
            epochs: Int, dice: Double? = nil, trainings: FoldTrainings? = nil,
            seconds: Double? = nil
        ) {
            self.epochs = epochs
            self.dice = dice
            self.trainings = trainings
            self.seconds = seconds
        }
    }

    /// - Parameters:
    ///   - record: The study to report.
    ///   - version: The version of segnas3d that makes the report.
    public init(_ record: StudySnapshot, version: String) {
        self.record = record
        self.version = version
    }

    package var data: ReportData {
        ReportData(
            record, labels: images?.dataset.labels,
            test: test.map { TestEntry($0, namesCases: namesCases) },
            anatomy: showsCases ? cases?.payload : nil,
            program: version)
    }

    /// True if the page shows cases, which scripts draw.
    var showsCases: Bool { cases?.isDrawn ?? false }

    /// The block of the best network; nil before one is trained.
    var block: BlockFigure? {
        guard case .segnas(let network)? = record.best?.trial.architecture else { return nil }
        return BlockFigure(network.block)
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(data, at: nil) }

    /// The whole page; with a position one that is watched.
    package func html(_ data: ReportData, at position: LivePosition?) throws -> String {
        Page(
            title: title, sections: sections(data), data: try pageJSON(data),
            script: .study(showsCases: showsCases), version: version,
            hasSide: position != nil, hasFiles: cases?.hasFiles ?? false, position: position
        ).html
    }

    private func sections(_ data: ReportData) -> [Section] {
        let labels = data.labels
        let summary = SummarySection(report: self, data: data)
        // Results first, for readers who want to know what the model does.
        let report = [
            summary.section, Section.cases(cases),
            data.test.map { Section.test($0) }, Section.network(self),
            finalTraining.flatMap { Section.final($0, labels: labels) },
            summary.search, Section.evolution(data), Section.blocks(record), Section.trials(data),
            work == nil ? nil : Section.failures(record), Section.costs(data),
            Section.factors(data),
        ]
        return workSections(data) + report.compactMap { $0 }
    }

    /// What goes on at this moment, in a page that is watched.
    private func workSections(_ data: ReportData) -> [Section] {
        guard let work else { return [] }
        let isOver = record.isComplete && work.trainings.isEmpty
        let best = record.best.map { "trial \($0.number), the best one so far," } ?? ""
        // What is over is a report.
        let sections = [
            isOver && record.owner == nil ? nil : Section.now(record, work),
            isOver ? nil : Section.working(work, best: bestCurve, labels: data.labels),
            Section.preview(work.preview, of: best, labels: data.labels),
        ]
        return sections.compactMap(\.self)
    }

    /// The ids of sections that show what goes on, of which some may be missing.
    package static let workIDs: Set = ["now", "working", "preview"]

    /// The parts that show what goes on at this moment, by their ids.
    package func workParts(_ data: ReportData) -> [(id: String, html: String)] {
        workSections(data).map { ($0.id, $0.html) }
    }

    /// The parts of a page that is watched, by their ids: all but those that scripts have filled.
    package func parts(_ data: ReportData) -> [(id: String, html: String)] {
        let filled: Set = ["evolution", "trials", "cases"]
        return sections(data).map { ($0.id, filled.contains($0.id) ? "" : $0.html) }
    }

    /// The curve of the best trial, to compare others with.
    private var bestCurve: (name: String, places: [CurveFigure.Place])? {
        record.best.map { best in
            (
                "best, trial \(best.number)",
                best.epochs.map { CurveFigure.Place(epoch: $0.number, value: $0.dice) }
            )
        }
    }

    /// True if a file that begins with the text is a page or figure of a report, which the next one may replace.
    public static func isReport(_ text: String) -> Bool {
        text.contains(Page.mark) || text.contains("class=\"\(StyleSheet.root)\"")
    }

    var title: String {
        (work == nil ? "Search report" : "Search") + ": \(images?.dataset.name ?? "study")"
    }

    /// The figures as SVG documents, by their file names.
    public var figures: [(name: String, svg: String)] {
        let drawn = [EvolutionFigure(data)?.svg(), network?.svg(), block?.svg()]
        return zip(Self.figureNames, drawn).compactMap { name, svg in svg.map { (name, $0) } }
    }

    /// The file names of all figures that a report may have.
    public static let figureNames = ["evolution.svg", "network.svg", "block.svg"]
}
