internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

extension Section {
    /// The paper's Figure 3.
    static func evolution(_ data: ReportData) -> Section {
        Section(
            id: "evolution", title: "Evolution of the search",
            body: """
                <p>Each point is a trained network, the line the best one so far. What was not trained, or took the result
                of an earlier trial with the same network, stands in the band below. An iteration is a trial; they count from 0. Choose a point to see how it was trained:
                in every chart arrow keys go from point to point, and Enter is as good as a click.</p>
                <fieldset class="choice"><legend>Over</legend>
                <label><input type="radio" name="evolution-view" value="iterations" checked> iterations</label>
                <label><input type="radio" name="evolution-view" value="time"> training time of all trials together</label>
                </fieldset>
                \(chart("evolution", "Validation Dice of trained networks over the iterations of the search"))
                """)
    }

    /// The paper's Figures 1 and 2.
    static func network(_ report: StudyReport) -> Section? {
        guard let best = report.record.best else { return nil }
        let figures = [
            (report.network?.svg(), "The network. Sizes are voxels of the prepared images."),
            (
                report.block?.svg(),
                "The block that each of its boxes repeats: nodes are feature maps, edges operations."
            ),
        ]
        let drawn = figures.compactMap { svg, words in
            svg.map { "<figure>\($0)<figcaption>\(words)</figcaption></figure>" }
        }
        return Section(
            id: "network", title: "The best network",
            body: "<p>Trial \(best.number): \(escaped(best.trial.form))</p>\n"
                + "<div class=\"pair\">\(drawn.joined())</div>")
    }

    static func trials(_ data: ReportData) -> Section {
        let states = TrialState.allCases.filter { data.states[$0.rawValue] ?? 0 > 0 }
        let options = states.map { state in
            "<option value=\"\(state.rawValue)\">\(state.words) (\(data.states[state.rawValue] ?? 0))</option>"
        }
        return Section(
            id: "trials", title: "Trials",
            body: """
                <p>Each trial’s number opens its learning curves. Dice is that of the validation cases; time is that of all
                runs of the trial. A heading sorts.</p>
                <form id="trials-filter" class="choice" role="search">
                <label>State <select id="trials-state"><option value="">all (\(data.trials.count))</option>
                \(options.joined(separator: "\n"))</select></label>
                <label>Contains <input id="trials-text" type="search" placeholder="{2,0,2}" autocomplete="off"></label>
                <label><input id="trials-labels" type="checkbox"> Dice of each label</label>
                </form>
                <p id="trials-count" role="status"></p>
                <div class="frame" tabindex="0" role="region" aria-label="Table of trials"><table id="trials-table"></table></div>
                <p class="pages"><button type="button" id="trials-before">Previous</button> <span id="trials-page"></span>
                <button type="button" id="trials-next">Next</button></p>
                """)
    }

    static func costs(_ data: ReportData) -> Section? {
        guard data.best != nil else { return nil }
        return Section(
            id: "costs", title: "Dice against costs",
            body: """
                <p>Trained networks. Those on the line are the Pareto front: no other one is as good and costs less.</p>
                <div class="pair">
                \(chart("parameters", "Validation Dice against the number of parameters, with the Pareto front"))
                \(chart("seconds", "Validation Dice against training time, with the Pareto front"))
                </div>
                """)
    }

    /// Images and surfaces of test cases.
    static func cases(_ anatomy: AnatomySection?) -> Section? {
        anatomy.map { Section(id: "cases", title: "Test cases", body: $0.html) }
    }
}
