internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASReport

/// What a report shows of cases.
public struct CaseDisplay {
    /// True to show images behind the labels.
    public var showsImages = true
    /// True to name cases, with lines that open their files in other programs.
    public var namesCases = false
    /// The folder of a page with all cases; nil for as many as one file holds.
    public var page: PageFolder?
    /// Called, on any thread, after each case that was read, with the number of all.
    public var report: (@Sendable (_ all: Int) -> Void)?

    public init(showsImages: Bool = true) {
        self.showsImages = showsImages
    }
}

/// The cases of an evaluation with their files, for a page.
struct EvaluatedCases: Sendable {
    private let evaluation: Evaluation
    private let files: [String: Dataset.Case]
    /// The folder of the predicted label maps.
    private let predictions: String

    /// - Parameters:
    ///   - evaluation: Its order numbers the cases.
    ///   - files: The cases' files, by the identifiers that the evaluation has.
    ///   - predictions: The folder of the predicted label maps.
    init(_ evaluation: Evaluation, files: [Dataset.Case], predictions: String) {
        self.evaluation = evaluation
        self.files = Dictionary(files.map { ($0.identifier, $0) }) { first, _ in first }
        self.predictions = predictions
    }

    /// The cases in images; nil if there are none.
    func section(_ display: CaseDisplay) throws -> AnatomySection? {
        let ranked = CaseSummary.ranked(summaries(display))
        let labels = evaluation.labels.foreground
        let scored = evaluation.labels.structures.map(\.name)
        let options = AnatomyOptions(cases: ranked.count)
        let (showsImages, report) = (display.showsImages, display.report)
        @Sendable func read(_ index: Int) -> AnatomyCase? {
            defer { report?(ranked.count) }
            return files(of: ranked[index]).flatMap { files in
                AnatomyCase(
                    ranked[index], files, of: evaluation.labels, prediction: prediction(of: files),
                    showsImage: showsImages)
            }
        }
        guard let page = display.page else {
            return AnatomySection(
                ranked, labels: labels, scored: scored, options: options, read: read)
        }
        return try AnatomySection(
            ranked, labels: labels, scored: scored, options: options, write: page.write, read: read)
    }

    private func summaries(_ display: CaseDisplay) -> [CaseSummary] {
        evaluation.cases.enumerated().map { index, subject in
            var summary = CaseSummary(
                number: index + 1, dice: subject.foregroundMean(.dice),
                dicePerLabel: evaluation.labels.structures.map {
                    subject.scores[$0.value]?.values[.dice]
                })
            if display.namesCases {
                summary.name = subject.identifier
                summary.viewers = files[subject.identifier].map(viewers) ?? []
            }
            return summary
        }
    }

    private func files(of summary: CaseSummary) -> Dataset.Case? {
        files[evaluation.cases[summary.number - 1].identifier]
    }

    private func prediction(of files: Dataset.Case) -> String {
        absolutePath("\(predictions)/\(files.identifier).nii.gz")
    }

    /// The lines that open a case with its labels in programs that radiologists use.
    private func viewers(_ files: Dataset.Case) -> [CaseSummary.Viewer] {
        guard let image = files.images.first.map(absolutePath) else { return [] }
        let maps = [files.label.map(absolutePath), prediction(of: files)].compactMap(\.self)
        let python =
            ([("loadVolume", image)] + maps.map { ("loadSegmentation", $0) }).map {
                "slicer.util.\($0)(\(Self.pythonText($1)))"
            }.joined(separator: "; ")
        let snap = ["itksnap", "-g", image, "-s", prediction(of: files)].map(shellQuoted)
        return [
            .init(program: "3D Slicer", line: "Slicer --python-code \(shellQuoted(python))"),
            .init(program: "ITK-SNAP", line: snap.joined(separator: " ")),
        ]
    }

    private static func pythonText(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension AnatomyCase {
    /// Reads a case; nil if its files are gone, or have changed since.
    fileprivate init?(
        _ summary: CaseSummary, _ files: Dataset.Case, of labels: LabelTable, prediction: String,
        showsImage: Bool
    ) {
        guard let label = files.label, let prediction = try? LabelMap(contentsOf: prediction),
            let stored = try? LabelMap(contentsOf: label, values: labels.valuesByName),
            let reference = stored.reoriented(onto: prediction.geometry)
        else { return nil }
        let image =
            showsImage
            ? files.images.first.flatMap { try? Volume(contentsOf: $0, series: files.selection) }
            : nil
        self.init(
            summary,
            image: image.flatMap { $0.geometry.size == reference.geometry.size ? $0 : nil },
            reference: reference, prediction: prediction)
    }
}
