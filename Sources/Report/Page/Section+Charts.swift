internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

extension Section {
    /// The paper's Figure 3.
    static func evolution(_ data: ReportData) -> Section {
        Section(
            id: "evolution", title: "Evolution of the search",
            body: """
                <p>Each point is a completed trial, the line the best one so far. All other trials stand in the bands \
                below; a cached one took the result of an earlier trial with the same network. Trials are numbered \
                from 0; the paper calls them iterations. Choose a point to see its learning curves: in every chart \
                arrow keys go from point to point, and Enter is the same as a click.</p>
                <fieldset class="choice"><legend>Over</legend>
                <label><input type="radio" name="evolution-view" value="trials" checked> trials</label>
                <label><input type="radio" name="evolution-view" value="time">
                training time of all trials together</label>
                </fieldset>
                \(chart("evolution", "Validation Dice of completed trials over the trials of the search"))
                """)
    }

    /// The paper's Figures 1 and 2.
    static func network(_ report: StudyReport) -> Section? {
        guard let best = report.record.best else { return nil }
        let figures = [
            (
                "network", report.network?.svg(),
                "The network. Sizes are voxels of the prepared images."
            ),
            (
                "block", report.block?.svg(),
                "The block that each of its boxes repeats: nodes are feature maps, edges operations."
            ),
        ]
        let drawn = figures.compactMap { name, svg, words in
            svg.map { figure($0, words, name: name) }
        }
        return Section(
            id: "network", title: "The best network",
            body: "<p>Trial \(best.number): \(escaped(best.trial.form))</p>\n"
                + "<div class=\"pair\">\(drawn.joined())</div>")
    }

    static func trials(_ data: ReportData) -> Section {
        let states = TrialState.allCases.filter { data.states[$0.rawValue] ?? 0 > 0 }
        let options = states.map { state in
            """
            <option value="\(state.rawValue)">\(state.words) (\(data.states[state.rawValue] ?? 0))</option>
            """
        }
        return Section(
            id: "trials", title: "Trials",
            body: """
                <p>The number of a trial opens its learning curves; check two to compare them. Dice is that of the \
                validation cases; time is that of all runs of the trial. Headings sort.</p>
                <form id="trials-filter" class="choice" role="search" aria-label="Trials">
                <label>State <select id="trials-state"><option value="">all (\(data.trials.count))</option>
                \(options.joined(separator: "\n"))</select></label>
                <label>Contains <input id="trials-text" type="search" placeholder="{2,0,2}" autocomplete="off"></label>
                <label><input id="trials-labels" type="checkbox"> Dice of each label</label>
                </form>
                <div class="choice"><form id="trials-jump" class="choice">
                <label>Open trial <input id="trials-number" type="number" min="0" required></label>
                <button>Open</button></form>
                <button type="button" id="trials-compare" disabled>Compare two</button>
                <button type="button" id="trials-csv">Save as CSV</button></div>
                <p id="trials-count" role="status"></p>
                <div class="frame" tabindex="0" role="region" aria-label="Table of trials">\
                <table id="trials-table"></table></div>
                <p class="pages"><button type="button" id="trials-before">Previous</button>
                <span id="trials-page"></span>
                <button type="button" id="trials-next">Next</button></p>
                """)
    }

    static func costs(_ data: ReportData) -> Section? {
        guard data.best != nil else { return nil }
        let expected =
            data.trials.contains { $0.expectedDice != nil }
            ? " Bars show what the model of the search expects of these, with one standard deviation."
            : ""
        return Section(
            id: "costs", title: "Dice against costs",
            body: """
                <p>Completed trials. Those on the line are the Pareto front: no other one is as good and costs \
                less.\(expected)</p>
                <div class="pair">
                \(chart("parameters", "Validation Dice against the number of parameters, with the Pareto front"))
                \(chart("seconds", "Validation Dice against training time, with the Pareto front"))
                </div>
                """)
    }

    /// Images and surfaces of cases.
    static func cases(_ anatomy: AnatomySection?, title: String = "Test cases") -> Section? {
        anatomy.map { Section(id: "cases", title: title, body: $0.html) }
    }
}

extension Section {
    /// The graphs of the ten best different blocks.
    static func blocks(_ record: StudySnapshot) -> Section? {
        let completed = record.trials.filter { $0.trial.state == .completed }
            .sorted { ($1.trial.end?.dice ?? 0, $0.number) < ($0.trial.end?.dice ?? 0, $1.number) }
        var seen: Set<BlockGraph> = []
        var figures: [String] = []
        for trial in completed where figures.count < 10 {
            guard case .segnas(let network) = trial.trial.architecture,
                seen.insert(network.block.canonical).inserted
            else { continue }
            figures.append(
                figure(
                    BlockFigure(network.block).thumbnail(),
                    """
                    \(figures.count + 1). <button class="trial" data-trial="\(trial.number)">trial \
                    \(trial.number)</button>, Dice \(decimal(trial.trial.end?.dice ?? 0))
                    """, name: "block of trial \(trial.number)"))
        }
        guard figures.count > 1 else { return nil }
        return Section(
            id: "blocks", title: "The best blocks",
            body: "<p>Different block graphs by the validation Dice of their best network.</p>\n"
                + "<div class=\"thumbnails\">\(figures.joined(separator: "\n"))</div>")
    }
}

extension Section {
    /// The importance of the searched dimensions.
    static func factors(_ data: ReportData) -> Section? {
        guard data.best != nil, !data.factors.isEmpty else { return nil }
        return Section(
            id: "factors", title: "What mattered",
            body: """
                \(importance(data))
                <h3>Dice over each hyperparameter</h3>
                <p>Points are completed trials, strokes the medians of equal values if these are few. Points of whole \
                numbers and choices are spread sideways so that they do not hide each other; “–” is an edge that the \
                block does not have.</p>
                \(chart("slices", "Validation Dice over each hyperparameter", count: data.factors.count))
                <h3>Completed trials as lines</h3>
                <p>Each line is a completed trial, coloured by its Dice. Drag along an axis to keep some of them, or \
                use the arrow keys: left and right choose an axis, up and down a part of it.</p>
                <div class="frame" tabindex="0" role="region" aria-label="Parallel coordinates">
                \(chart(
                    "parallel",
                    "Parallel coordinates of the hyperparameters, parameters and Dice of completed trials"))
                </div>
                """)
    }

    private static func importance(_ data: ReportData) -> String {
        let known = data.factors.filter { $0.effect != nil }
        guard !known.isEmpty else {
            return
                "<p class=\"note\">Too few trials are completed to say which hyperparameters mattered.</p>"
        }
        let completed = known[0].effect?.outcomes ?? 0
        return """
            <h3>Importance</h3>
            <p>The share of the variance of the validation Dice that the values of one hyperparameter explain by \
            themselves, over the \(completed) completed trials: ε² (Kelley 1935), corrected for the number of values; \
            real numbers and long ranges are taken in eight groups at most. A share above its mark “chance” would \
            arise in one of twenty studies in which the hyperparameter does not matter. Interactions of several are \
            not seen, and a search that has narrowed a hyperparameter down shows less of its effect.</p>
            \(chart(
                "importance", "Share of the variance of Dice that each hyperparameter explains",
                count: known.count))
            \(table(known))
            """
    }

    private static func table(_ factors: [Factor]) -> String {
        let ordered = factors.sorted { ($0.effect?.share ?? 0) > ($1.effect?.share ?? 0) }
        return Table(
            caption: "Importance",
            columns: [
                ("hyperparameter", false), ("share", true), ("chance", true), ("groups", true),
            ],
            rows: ordered.map { factor in
                [
                    factor.title, decimal(factor.effect?.share ?? 0),
                    decimal(factor.effect?.chance ?? 0), "\(factor.effect?.groups ?? 0)",
                ]
            }
        ).html
    }
}
