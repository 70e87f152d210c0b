internal import SegNASHost

extension Section {
    /// The tables of an evaluation: labels in their order, as `segnas3d evaluate` lists them, and cases, the hardest
    /// first.
    static func test(
        _ test: TestEntry, subject: String = "The best model", kind: String = "test",
        note: String = ""
    ) -> Section {
        Section(
            id: "test", title: "Labels and cases",
            body: """
                <p>\(subject) on \(counted(test.cases.count, "\(kind) case")), on the grids of their files\(note). \
                Means over cases in which a metric is defined; ± is the standard deviation, the interval that of the \
                mean (95 %, bootstrap over cases). Dice from 0 to 1, higher is better; HD95, the 95th percentile of \
                the distance between surfaces, and ASSD, its mean, in mm, lower is better. Missed: cases in which only \
                the reference has the label; made up: only the prediction. * hardest by mean Dice.</p>
                \(labels(test))
                \(cases(test))
                """)
    }

    private static func labels(_ test: TestEntry) -> String {
        let lowest = test.labels.compactMap { $0.dice?.mean }.min()
        return Table(
            caption: "Labels",
            columns: [
                ("label", false), ("Dice", true), ("95 % interval", true), ("HD95 (mm)", true),
                ("ASSD (mm)", true), ("missed", true), ("made up", true), ("volume (ml)", true),
                ("predicted (ml)", true), ("difference", true),
            ],
            rows: test.labels.map { label in
                let isHardest = test.labels.count > 1 && label.dice?.mean == lowest
                return [
                    label.name + (isHardest ? " *" : ""), spread(label.dice, 3),
                    interval(label.dice), spread(label.hausdorff95, 2),
                    spread(label.averageSurfaceDistance, 2), "\(label.missed)",
                    "\(label.invented)", volume(label.referenceVolume),
                    volume(label.predictedVolume), difference(label),
                ]
            }
        ).html
    }

    private static func cases(_ test: TestEntry) -> String {
        Table(
            caption: "Cases, the hardest first",
            columns: [
                ("case", !test.namesCases), ("Dice", true), ("HD95 (mm)", true),
                ("ASSD (mm)", true),
            ] + test.labels.map { ($0.name, true) },
            rows: test.cases.map { evaluated in
                [
                    "\(evaluated.number)" + (evaluated.name.map { " (\($0))" } ?? ""),
                    number(evaluated.dice, 3),
                    number(evaluated.hausdorff95, 2),
                    number(evaluated.averageSurfaceDistance, 2),
                ] + evaluated.dicePerLabel.map { number($0, 3) }
            }
        ).html
    }

    private static func number(_ value: Double?, _ places: Int) -> String {
        value.map { decimal($0, places) } ?? "–"
    }

    private static func spread(_ statistics: TestEntry.Statistics?, _ places: Int) -> String {
        guard let statistics else { return "–" }
        return decimal(statistics.mean, places)
            + (statistics.std.map { " ± " + decimal($0, places) } ?? "")
    }

    private static func interval(_ statistics: TestEntry.Statistics?) -> String {
        guard let low = statistics?.low, let high = statistics?.high else { return "–" }
        return "\(decimal(low)) – \(decimal(high))"
    }

    /// The volume in millilitres.
    private static func volume(_ cubicMillimetres: Double?) -> String {
        cubicMillimetres.map { significant($0 / 1000) } ?? "–"
    }

    private static func difference(_ label: TestEntry.Label) -> String {
        guard let reference = label.referenceVolume, let predicted = label.predictedVolume,
            reference > 0
        else { return "–" }
        let percent = 100 * (predicted - reference) / reference
        return (percent > 0 ? "+" : "") + decimal(percent, 1) + " %"
    }
}
