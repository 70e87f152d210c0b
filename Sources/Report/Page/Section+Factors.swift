internal import SegNASHost

extension Section {
    /// What mattered among what was searched.
    static func factors(_ data: ReportData) -> Section? {
        guard data.best != nil, !data.factors.isEmpty else { return nil }
        return Section(
            id: "factors", title: "What mattered",
            body: """
                \(importance(data))
                <h3>Dice over each hyperparameter</h3>
                <p>Points are trained networks, strokes the medians of equal values where these are few. Points of whole numbers and choices
                are spread sideways so that they do not hide each other; “–” is an edge that the block does not have.</p>
                \(chart("slices", "Validation Dice over each hyperparameter"))
                <h3>Trained networks as lines</h3>
                <p>Each line is a trained network, coloured by its Dice. Drag along an axis to keep some of them, or
                use the arrow keys: left and right choose an axis, up and down a part of it.</p>
                <div class="frame" tabindex="0" role="region" aria-label="Parallel coordinates">
                \(chart("parallel", "Parallel coordinates of the hyperparameters, parameters and Dice of trained networks"))
                </div>
                """)
    }

    private static func importance(_ data: ReportData) -> String {
        let known = data.factors.filter { $0.effect != nil }
        guard !known.isEmpty else {
            return
                "<p class=\"note\">Too few networks are trained to say which hyperparameters mattered.</p>"
        }
        let trained = known[0].effect?.outcomes ?? 0
        return """
            <h3>Importance</h3>
            <p>The share of the variance of the validation Dice that the values of one hyperparameter explain by themselves, over
            the \(trained) trained networks: ε² (Kelley 1935), corrected for how many values there are; real numbers and
            long ranges are taken in eight groups at most. A share below its mark “chance” would come about in one of
            twenty studies in which the hyperparameter does not matter. What only several decide together is not seen, and a search
            that has narrowed a hyperparameter down shows less of its effect.</p>
            \(chart("importance", "Share of the variance of Dice that each hyperparameter explains"))
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
