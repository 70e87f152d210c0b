internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch

extension Section {
    /// The figures of every split, and a link to its separate report.
    static func splits(_ comparison: Comparison) -> Section? {
        let rows = comparison.summaries.flatMap { method in
            method.results.map { split, result in
                [method.name, comparison.name(ofSplit: split)] + figures(result)
            }
        }
        guard !rows.isEmpty else { return nil }
        let table = Table(
            caption: "Methods on the test cases of each split",
            columns: [
                ("method", false), ("split", true), ("cases", true), ("Dice (%)", true),
                ("95 % interval", true), ("HD95 (mm)", true), ("ASSD (mm)", true),
                ("validation (%)", true), ("parameters", true), ("training", true),
            ],
            rows: rows)
        return Section(
            id: "splits", title: "Splits",
            body: """
                <p>Means over the test cases in which a metric is defined; ± is the standard deviation, the interval \
                that of the mean (bootstrap over cases). Validation is the Dice by which the network was chosen, \
                training its time and that of all others of its search.</p>
                \(table.html)
                """)
    }

    private static func figures(_ result: Comparison.Result) -> [String] {
        let test = result.test
        let dice = test?.foreground[.dice]
        let spread = dice.map { dice in
            percent(dice.mean) + (dice.std.map { " ± " + percent($0) } ?? "")
        }
        let interval = dice?.interval.map { "\(percent($0.low)) – \(percent($0.high))" }
        let distances = [test?.foreground[.hausdorff95], test?.foreground[.averageSurfaceDistance]]
        return [test.map { "\($0.cases.count)" }, spread, interval].map { $0 ?? absent }
            + distances.map { distance in distance.map { decimal($0.mean, 2) } ?? absent }
            + [
                result.validationDice.map(percent) ?? absent, grouped(result.parameters),
                duration(result.seconds),
            ]
    }

    private static func percent(_ value: Double) -> String { decimal(100 * value, 1) }

    /// The blocks of the networks that searches chose.
    static func optima(_ comparison: Comparison) -> Section? {
        let figures = comparison.summaries.flatMap { method in
            method.results.compactMap { split, result in
                figure(
                    "\(method.name), split \(comparison.name(ofSplit: split))", result)
            }
        }
        guard !figures.isEmpty else { return nil }
        return Section(
            id: "optima", title: "Chosen networks",
            body: """
                <p>The block of the best network of each search, and a link to the search’s report if there is \
                one.</p>
                <div class="thumbnails">
                \(figures.joined(separator: "\n"))
                </div>
                """)
    }

    /// The figure of a searched network; nil for others.
    private static func figure(_ title: String, _ result: Comparison.Result) -> String? {
        guard result.optimum != nil, let choice = NetworkChoice(result) else { return nil }
        let report = result.report.map { report in
            """
            ; <a href="\(escaped(reference(to: report)))">report\
            <span class="unseen"> of \(escaped(title))</span></a>
            """
        }
        return """
            <figure>\(BlockFigure(choice.network.block).thumbnail())
            <figcaption>\(escaped(title)): \(escaped(choice.words))\(report ?? "")</figcaption></figure>
            """
    }

    /// A path as the target of a link, with percent-encoding.
    private static func reference(to path: String) -> String {
        path.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic
                    || "0123456789-._~/".unicodeScalars.contains(scalar))
            return isPlain ? "\(scalar)" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
