internal import SegNASHost

extension Section {
    /// The tables of the test: labels and cases, the hardest first.
    static func test(_ test: TestEntry, subject: String = "The best model") -> Section {
        Section(
            id: "test", title: "Test: labels and cases",
            body: """
                <p>\(subject) on \(test.cases.count) test cases, on the grids of their files; the hardest labels \
                and cases first. Means over cases in which a metric is defined; ± is the standard deviation, the \
                interval that of the mean (95 %, bootstrap over cases). Dice from 0 to 1, higher is better; HD95, the \
                95th percentile of the distance between surfaces, and ASSD, its mean, in mm, lower is better.</p>
                \(labels(test))
                \(cases(test))
                """)
    }

    private static func labels(_ test: TestEntry) -> String {
        Table(
            caption: "Labels, the hardest first",
            columns: [
                ("label", false), ("Dice", true), ("95 % interval", true), ("HD95 (mm)", true),
                ("ASSD (mm)", true), ("volume (ml)", true), ("predicted (ml)", true),
                ("difference", true), ("missed", true), ("invented", true),
            ],
            rows: test.labels.map { label in
                [
                    label.name, spread(label.dice, 3), interval(label.dice),
                    spread(label.hausdorff95, 2), spread(label.averageSurfaceDistance, 2),
                    volume(label.referenceVolume), volume(label.predictedVolume),
                    difference(label), "\(label.missed)", "\(label.invented)",
                ]
            }
        ).html
    }

    private static func cases(_ test: TestEntry) -> String {
        Table(
            caption: "Cases, the hardest first",
            columns: [("case", true), ("Dice", true), ("HD95 (mm)", true), ("ASSD (mm)", true)]
                + test.labels.map { ($0.name, true) },
            rows: test.cases.map { evaluated in
                [
                    "\(evaluated.number)", number(evaluated.dice, 3),
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
