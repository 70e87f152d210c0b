internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSearch
internal import SegNASStudy

extension Section {
    /// A time that the page counts on by itself, in seconds since 1970.
    static func since(_ time: Double) -> String {
        "<time data-since=\"\(decimal(time, 0))\">…</time>"
    }

    /// Figures in boxes, by their names; the values are HTML.
    static func figures(_ figures: [(name: String, value: String)]) -> String {
        "<ul class=\"figures\">"
            + figures.map { "<li><b>\($0.value)</b> \(escaped($0.name))</li>" }.joined() + "</ul>"
    }

    /// The state of a search at this moment.
    static func now(_ record: StudySnapshot, _ work: LiveWork) -> Section {
        let isRunning = record.owner != nil
        var shown: [(String, String)] = []
        if let began = record.began {
            let ended = isRunning ? nil : work.lastSign
            shown.append(
                ("elapsed", ended.map { escaped(duration(max(0, $0 - began))) } ?? since(began)))
        }
        if isRunning, let left = record.progress.likelySecondsLeft, left.upperBound > 0 {
            shown.append(("left, likely", escaped(duration(left))))
        }
        shown += dice(record)
        let memory = work.trainings.compactMap(\.memory).reduce(0, +)
        if memory > 0 {
            shown.append(
                ("memory of the trainings", "\(ByteCount(memory)) of \(ByteCount(work.memory))"))
        }
        if isRunning {
            let busy = work.busyCores.map { decimal($0, 1) + " of " } ?? ""
            shown.append(("cores" + (busy.isEmpty ? "" : " at work"), "\(busy)\(work.cores)"))
        }
        if let sign = work.lastSign, !record.isComplete || isRunning {
            shown.append(("since the last sign of life", since(sign)))
        }
        return Section(
            id: "now", title: "Now",
            body: """
                <p class="note" role="status">\(escaped(state(record, work)))</p>
                \(figures(shown))
                """)
    }

    private static func state(_ record: StudySnapshot, _ work: LiveWork) -> String {
        let unit =
            switch record.plan.budget {
            case .iterations: "trials"
            case .effectiveIterations where record.plan.rungs == nil: "completed trials"
            case .effectiveIterations, .effectiveEpochs: "epochs"
            }
        let progress = record.progress
        let share = "\(grouped(progress.done)) of \(grouped(progress.all)) \(unit)"
        guard let owner = record.owner else {
            return record.isComplete
                ? "The search is complete." : "The search is interrupted: \(share) are done."
        }
        if record.isComplete {
            let final = work.trainings.first.map { " \($0.title) goes on." } ?? ""
            return "The search is complete, and \(owner) is still at work.\(final)"
        }
        return "Searching: \(share) are done, by \(owner)."
    }

    /// The best Dice, beside that of the first network.
    private static func dice(_ record: StudySnapshot) -> [(String, String)] {
        guard let best = record.best, let dice = best.trial.end?.dice else { return [] }
        var figures = [("best Dice, trial \(best.number)", decimal(dice))]
        if let first = record.rivals.baseline, let dice = first.end?.dice,
            first.number != best.number
        {
            figures.append(("Dice of the first network", decimal(dice)))
        }
        return figures
    }

    /// A card for each training that goes on.
    ///
    /// - Parameters:
    ///   - work: The trainings.
    ///   - best: The curve to compare with, and what it is called; nil for none.
    ///   - labels: The names of the labels.
    /// - Returns: The section, also if nothing is trained.
    static func working(
        _ work: LiveWork, best: (name: String, places: [CurveFigure.Place])?,
        labels: [LabelTable.Label]
    ) -> Section {
        let cards = work.trainings.map { TrainingCard(training: $0, best: best, labels: labels) }
        return Section(
            id: "working", title: "Now training",
            body: cards.isEmpty
                ? "<p>Nothing is being trained.</p>"
                : "<div class=\"cards\">\(cards.map(\.html).joined(separator: "\n"))</div>")
    }

    /// A validation case, outlined as the best network predicts it; nil without a picture.
    ///
    /// Not in a report that is passed on, which shows test cases if its user wishes.
    static func preview(
        _ picture: String?, of words: String, labels: [LabelTable.Label]
    ) -> Section? {
        guard let picture else { return nil }
        let colours = LabelColours.distinct(labels.count)
        let legend = zip(labels, colours).map { label, colour in
            let look = "background:rgb(\(colour.red) \(colour.green) \(colour.blue))"
            return "<li><span class=\"swatch\" style=\"\(look)\"></span>\(escaped(label.name))</li>"
        }
        return Section(
            id: "preview", title: "What it sees",
            body: """
                <p>A validation case in axial, coronal and sagittal slices, outlined in colours as \(escaped(words)) \
                predicts it, in white as it is labelled.</p>
                <div class="aside"><figure class="preview"><img src="data:image/png;base64,\(picture)" \
                alt="Slices of a validation case with the outlines of labels"></figure>
                <ul class="legend">\(legend.joined())</ul></div>
                """)
    }

    /// The runs that ended without a result, with what their workers wrote last.
    ///
    /// Not in a report that is passed on: logs may name folders and cases.
    static func failures(_ record: StudySnapshot) -> Section? {
        let failed = record.runs.filter { $0.reason != nil }
        guard !failed.isEmpty else { return nil }
        let shown = failed.suffix(mostFailures).reversed().map { run in
            let lines = run.lastLines.isEmpty ? "It wrote nothing." : run.lastLines
            return """
                <details id="failure-\(run.trial)-\(run.number)"><summary>trial \(run.trial), run \(run.number): \
                \(escaped(words(run)))</summary>
                <pre>\(escaped(lines))</pre></details>
                """
        }
        let others = failed.count > shown.count ? " The last \(shown.count) are shown." : ""
        return Section(
            id: "failures", title: "Failures",
            body:
                "<p>\(counted(failed.count, "run")) of trials ended without a result.\(others)</p>\n"
                + shown.joined(separator: "\n"))
    }

    private static let mostFailures = 30

    private static func words(_ run: AttemptRecord) -> String {
        (run.reason?.words ?? "").replacing("`trialTimeout`", with: "--trial-timeout")
    }
}

/// The card of a training: block, epoch, curve over the best one's, Dice of labels.
private struct TrainingCard {
    let training: LiveTraining
    let best: (name: String, places: [CurveFigure.Place])?
    let labels: [LabelTable.Label]

    var html: String {
        let place = training.place.map { " on \(escaped($0))" } ?? ""
        let memory = training.memory.map { ", \(ByteCount($0))" } ?? ""
        let time = training.began.map { ", for \(Section.since($0))" } ?? ""
        return """
            <article class="card" aria-label="\(escaped(training.title))">
            <h3>\(escaped(training.title))</h3>
            <p class="form">\(escaped(training.form))</p>
            <p>\(bar) epoch \(training.epochs.last?.epoch ?? 0) of \(training.allEpochs)\(place)\(time)\(memory)</p>
            \(block)\(curve)
            \(dice)
            </article>
            """
    }

    private var bar: String {
        let done = training.epochs.last?.epoch ?? 0
        return """
            <progress max="\(max(1, training.allEpochs))" value="\(done)" aria-label="Epochs"></progress>
            """
    }

    private var block: String {
        guard case .segnas(let network) = training.network else { return "" }
        return "<figure>\(BlockFigure(network.block).thumbnail())</figure>\n"
    }

    private var curve: String {
        let own = CurveFigure.Line("this training", training.epochs.places(\.dice), width: 2.5)
        let former = best.map {
            CurveFigure.Line($0.name, $0.places, colour: .muted, width: 1.5, dashes: "5 3")
        }
        let figure = CurveFigure(
            title: "Validation Dice of \(training.title)",
            lines: [former, own].compactMap { $0 }.filter { !$0.points.isEmpty },
            epochs: training.allEpochs, range: 0...0.1, width: 320, height: 190)
        return figure.svg().map { "<figure>\($0)</figure>" }
            ?? "<p>The first epoch is not done yet.</p>"
    }

    /// The Dice of labels in the last epoch.
    private var dice: String {
        guard let last = training.epochs.last, !last.dicePerLabel.isEmpty else { return "" }
        let known = labels.compactMap { label in
            last.dicePerLabel["\(label.value)"].map { (label.name, $0) }
        }
        guard !known.isEmpty else { return "" }
        let items = known.map { name, dice in
            "<li><span>\(escaped(name))</span> <b>\(decimal(dice))</b></li>"
        }
        return "<ul class=\"labels\" aria-label=\"Dice of labels\">\(items.joined())</ul>"
    }
}
