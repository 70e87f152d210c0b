internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch

/// The report of the training of one network: a self-contained page.
///
/// It can be made at any time, also while the training runs.
public struct RunReport: TrainingsPage {
    /// The name of the dataset.
    public var dataset: String
    public var network: Architecture
    /// The labels of the dataset.
    public var labels: LabelTable
    /// What the training was begun with, by name.
    public var conditions: [(name: String, words: String)]
    /// The epochs so far.
    package var epochs: [TrainingEpoch]
    /// The epochs to do.
    public var allEpochs: Int
    /// The epoch whose weights the model has, from 1; nil before there is a model.
    public var chosenEpoch: Int?
    /// The number of the network's parameters; nil before there is a model.
    public var parameters: Int?
    /// The evaluation of the model on the test cases; nil without one.
    public var test: Evaluation?
    /// The test cases in images.
    public var cases: AnatomySection?
    /// True to name cases, as their evaluation does.
    public var namesCases = false
    /// The date of the report, as the page shows it.
    public var date: String?
    /// The work of this moment, for a page that is watched; nil for a report.
    package var work: LiveWork?
    /// A validation case as the network of this moment sees it, as a PNG file in base64; nil in a report.
    package var preview: String?
    package let version: String

    package init(
        dataset: String, network: Architecture, labels: LabelTable,
        conditions: [(name: String, words: String)], epochs: [TrainingEpoch], allEpochs: Int,
        version: String
    ) {
        self.dataset = dataset
        self.network = network
        self.labels = labels
        self.conditions = conditions
        self.epochs = epochs
        self.allEpochs = allEpochs
        self.version = version
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(at: nil) }

    package var title: String { "Training: \(dataset)" }

    package var sections: [Section] {
        [
            summary,
            Section.preview(preview, of: "the best epoch so far", labels: labels.structures),
            Section.cases(cases),
            test.map {
                Section.test(TestEntry($0, namesCases: namesCases), subject: "The model")
            },
            Section.curves(epochs, labels: labels.structures, allEpochs: allEpochs),
        ].compactMap { $0 }
    }

    // MARK: - Summary

    /// The best epoch: the one whose weights the model has, or will likely have.
    var best: TrainingEpoch? {
        if let chosenEpoch { return epochs.first { $0.epoch == chosenEpoch } }
        return epochs.max { ($0.dice ?? -1) < ($1.dice ?? -1) }
    }

    private var summary: Section {
        Section.summary(state: state, figures: figures, facts: facts)
    }

    private var state: String {
        let made = date.map { " This page was made on \($0)." } ?? ""
        if chosenEpoch != nil { return "The training is complete." + made }
        let done = "\(epochs.last?.epoch ?? 0) of \(allEpochs) epochs are done."
        guard let work else { return "The training is not complete: " + done + made }
        return (work.trainings.isEmpty ? "The training is interrupted: " : "Training: ") + done
    }

    var figures: [(name: String, value: String)] {
        var figures: [(String, String)] = []
        if let dice = test.flatMap({ TestEntry($0).dice }) {
            figures.append(("test Dice", decimal(dice.mean)))
        }
        if let dice = best?.dice {
            figures.append(("validation Dice, epoch \(best?.epoch ?? 0)", decimal(dice)))
        }
        if let parameters {
            figures.append(("parameters", escaped(grouped(parameters))))
        }
        figures.append(("training", escaped(duration(epochs.seconds))))
        guard let work, let training = work.trainings.first else { return figures }
        if let left { figures.append(("left, likely", escaped(duration(left)))) }
        if let memory = training.memory {
            figures.append(("memory", "\(ByteCount(memory)) of \(ByteCount(work.memory))"))
        }
        if let busy = work.busyCores {
            figures.append(("cores at work", "\(decimal(busy, 1)) of \(work.cores)"))
        }
        if let sign = work.lastSign {
            figures.append(("since the last sign of life", Section.since(sign)))
        }
        return figures
    }

    /// The remaining seconds, as the last epochs went.
    private var left: ClosedRange<Double>? {
        let last = epochs.suffix(20).map(\.seconds)
        let count = Double(allEpochs - (epochs.last?.epoch ?? 0))
        guard count > 0, let shortest = last.min(), let longest = last.max() else { return nil }
        let mean = last.reduce(0, +) / Double(last.count)
        return max(shortest, 0.8 * mean) * count...min(longest, 1.25 * mean) * count
    }

    var facts: [(name: String, words: String)] {
        let labels = labels.structures.map(\.name).joined(separator: ", ")
        let chosen = chosenEpoch.map {
            [("Epoch of the model", "\($0) of \(epochs.last?.epoch ?? 0)")]
        }
        return [("Dataset", dataset), ("Labels", labels), ("Network", "\(network)")] + conditions
            + (chosen ?? [])
    }
}

extension Section {
    /// The summary of trainings; the values of figures are HTML.
    static func summary(
        state: String, figures: [(name: String, value: String)],
        facts: [(name: String, words: String)]
    ) -> Section {
        let terms = facts.map { "<dt>\(escaped($0.name))</dt><dd>\(escaped($0.words))</dd>" }
        return Section(
            id: "summary", title: "Summary",
            body: """
                <p id="state" class="note" role="status">\(escaped(state))</p>
                \(Section.figures(figures))
                <dl class="facts">
                \(terms.joined(separator: "\n"))
                </dl>
                """)
    }

    /// The curves of a training: Dice, loss, Dice of labels, learning rate, time.
    static func curves(
        _ epochs: [TrainingEpoch], labels: [LabelTable.Label], allEpochs: Int
    ) -> Section {
        typealias Line = CurveFigure.Line
        let perLabel = labels.enumerated().map { index, label in
            let (colour, dashes) = CurveFigure.look(index)
            return Line(
                label.name, epochs.places { $0.dicePerLabel["\(label.value)"] }, colour: colour,
                dashes: dashes)
        }
        let figures: [(String, [Line])] = [
            ("Validation Dice", [Line("validation Dice", epochs.places(\.dice))]),
            ("Loss", [Line("loss", epochs.places(\.loss), colour: .vermillion)]),
            ("Validation Dice of labels", perLabel),
            (
                "Learning rate",
                [Line("learning rate", epochs.places(\.learningRate), colour: .green)]
            ),
            ("Seconds of an epoch", [Line("seconds", epochs.places(\.seconds), colour: .purple)]),
        ]
        let drawn = figures.compactMap { title, lines in
            CurveFigure(title: title, lines: lines, epochs: allEpochs).svg().map {
                figure($0, title, name: title)
            }
        }
        return Section(
            id: "curves", title: "Epochs",
            body: drawn.isEmpty
                ? "<p>No epoch is done yet.</p>"
                : "<div class=\"pair\">\(drawn.joined(separator: "\n"))</div>")
    }

    /// The final training of a study's best network.
    static func final(_ training: StudyReport.FinalTraining, labels: [LabelTable.Label]) -> Section?
    {
        guard !training.curve.isEmpty else { return nil }
        let figures = curves(training.curve, labels: labels, allEpochs: training.epochs).body
        let phrase = training.trainings.map { " " + $0.phrase } ?? ""
        let model =
            training.trainings == nil
            ? "has the weights of the best of its last half"
            : "is the mean of all, of which the first is shown"
        let time = training.seconds.map { " in \(duration($0))" } ?? ""
        return Section(
            id: "final", title: "The final training",
            body:
                "<p>The network was trained again\(phrase) for \(training.epochs) epochs\(time); "
                + "the model \(model).</p>\n" + figures)
    }
}
