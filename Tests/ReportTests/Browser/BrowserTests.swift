import Foundation
import SegNASDatasets
import SegNASImaging
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import SegNASReport

@Suite(
    "Pages in a browser", .serialized,
    .enabled(if: Browser.program != nil, "Chromium is not installed: `make browser` installs it"))
struct BrowserTests {
    /// Opens a page, lets a body use it, and fails when the page has complained of anything.
    private func withPage(_ html: String, _ body: (Browser) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "page.html")
            try Data(html.utf8).write(to: file)
            let browser = try Browser(in: folder)
            try browser.open(file)
            try body(browser)
            #expect(browser.takeErrors() == [])
        }
    }

    static let iterations = 90

    /// The report of a search with all sections.
    private func withReport(_ body: (Browser) throws -> Void) throws {
        let html = try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: Self.iterations)
            var report = StudyReport(try StudySnapshot(of: ledger.folder.path), version: "0.1.0")
            report.test = try SyntheticStudy.evaluation()
            report.network = try vnet()
            let cases = [Self.shown(1, shift: 3), Self.shown(2, shift: 0)]
            report.cases = AnatomySection(
                CaseSummary.ranked(cases.map(\.summary)),
                labels: SyntheticStudy.labels.foreground, scored: ["box", "shell"]
            ) { cases[$0] }
            return try report.html()
        }
        try withPage(html, body)
    }

    /// Two boxes of 12 voxels along each axis, in front of a ramp; one of them is predicted aside.
    private static func shown(_ number: Int, shift: Double) -> AnatomyCase {
        var reference = Canvas([48, 24, 24])
        var prediction = reference
        reference.paintBox(1, [6, 6, 6], [18, 18, 18])
        prediction.paintBox(1, [6 + shift, 6, 6], [18 + shift, 18, 18])
        reference.paintBox(2, [28, 6, 6], [40, 18, 18])
        prediction.paintBox(2, [28, 6, 6], [40, 18, 18])
        let image = Samples((0..<48 * 24 * 24).map { Float($0 % 48) })
        let geometry = Geometry(size: reference.size, affine: .identity)
        // By the mean the first is the worst, by the second label the best.
        let dice = [0.9 + 0.01 * Double(number), 0.8, 0.9 - 0.1 * Double(number)]
        return AnatomyCase(
            CaseSummary(number: number, dice: dice[0], dicePerLabel: [dice[1], dice[2]]),
            image: Volume(image, geometry: geometry), reference: reference.map(),
            prediction: prediction.map())
    }

    @Test("a report is used: its charts, trials, tables, slices and surfaces")
    func report() throws {
        try withReport { browser in
            // Before anything brings them into view.
            try useSurfaces(browser)
            try useSlices(browser)
            try useChoices(browser)
            try useTrials(browser)
            try useTable(browser)
            try useFilter(browser)
            try useSaving(browser)
            try useCharts(browser)
            let pages = browser.requests.filter { !$0.hasPrefix("blob:") }
            #expect(pages.count == 1, "\(pages)")
        }
    }

    @Test("of a search by a model, what it expects of networks is shown with its uncertainty")
    func model() throws {
        let html = try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: 24, method: .model)
            return try StudyReport(StudySnapshot(of: ledger.folder.path), version: "0.1.0").html()
        }
        #expect(html.contains("search by a model, a Gaussian process"))
        #expect(html.contains("Bars show what the model of the search expects of these"))
        try withPage(html) { browser in
            let traces = "document.getElementById('parameters-chart').data"
            try browser.expect("\(traces).some(trace => trace.name === 'expected')")
            let expected = "\(traces).find(trace => trace.name === 'expected')"
            try browser.expect("\(expected).error_y.array.every(length => length > 0)")
            try browser.click("tr.best button.trial")
            #expect(try browser.text("#trial-facts").contains("Expected Dice"))
        }
    }

    @Test("choices stand by their names on their axes, trials without a value below all others")
    func choices() throws {
        let html = try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(
                in: folder, iterations: 40, space: SyntheticStudy.conditionalSpace)
            return try StudyReport(StudySnapshot(of: ledger.folder.path), version: "0.1.0").html()
        }
        try withPage(html) { browser in
            let axes = "document.getElementById('parallel-chart').data[0].dimensions"
            func axis(_ label: String) -> String {
                "\(axes).find(axis => axis.name === '\(label)')"
            }
            try browser.expect(
                "\(axis("loss")).ticktext.join() === 'exponential-logarithmic,dice-cross-entropy'")
            for label in ["learning rate", "gradient clipping", "warm-up"] {
                try browser.expect("\(axis(label)).ticktext[0] === '–'")
                try browser.expect("\(axis(label)).values.every(Number.isFinite)")
                try browser.expect(
                    "\(axis(label)).values.some(value => value === \(axis(label)).tickvals[0])")
                try browser.expect(
                    "\(axis(label)).values.every(value => value >= \(axis(label)).tickvals[0])")
            }
            try browser.expect("\(axis("learning rate")).values.every(value => value < -1.9)")
        }
    }

    @Test("the chart of a comparison is drawn, and keys go through its cases")
    func comparison() throws {
        let html = try ComparisonReport(SyntheticComparison.table3(), version: "0.1.0").html()
        try withPage(html) { browser in
            let chart = "document.getElementById('cases-chart')"
            // Searches on three and two splits and a network on two, eight cases each.
            try browser.expect("\(chart).data.map(trace => trace.x.length).join() === '24,16,16'")
            try browser.expect("\(chart).querySelectorAll('.point').length === 56")
            try browser.press("ArrowRight", 39, in: "#cases-chart")
            #expect(try browser.text("#cases-point").contains("case "))
        }
    }

    @Test("comparisons and reports as they may be complain of nothing")
    func unusual() throws {
        try withTemporaryFolder { folder in
            let browser = try Browser(in: folder)
            func open(_ html: String, _ name: String) throws {
                let file = folder.appending(path: "page.html")
                try Data(html.utf8).write(to: file)
                try browser.open(file)
                try browser.expect("document.readyState === 'complete'")
                #expect(browser.takeErrors() == [], "\(name)")
            }
            for kind in ComparisonPageTests.Kind.allCases {
                let comparison = try ComparisonPageTests.make(kind)
                try open(ComparisonReport(comparison, version: "0.1.0").html(), "\(kind)")
            }
            // Searches that run, and that have few trials or none.
            for (iterations, asked) in [(40, 30), (3, nil), (5, 0)] as [(Int, Int?)] {
                let ledger = try SyntheticStudy.make(
                    in: folder.appending(path: "\(iterations)"), iterations: iterations,
                    asked: asked)
                let record = try StudySnapshot(of: ledger.folder.path)
                try open(StudyReport(record, version: "0.1.0").html(), "\(iterations) iterations")
                #expect(try browser.text("#trials-count").hasSuffix(" trials"))
            }
        }
    }

    @Test("what a page complains of is noticed")
    func complaints() throws {
        let pages = [
            ("<p>a</p><script>console.log('a')</script>", false),
            ("<script>console.error('a')</script>", true),
            ("<script>undefined.a</script>", true),
            ("<script>Promise.reject(new Error('a'))</script>", true),
            ("<script>a b</script>", true),
            (
                """
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'">\
                <img src="https://a.invalid/b.png">
                """, true
            ),
        ]
        try withTemporaryFolder { folder in
            let browser = try Browser(in: folder)
            for (html, isFaulty) in pages {
                let file = folder.appending(path: "page.html")
                try Data("<!DOCTYPE html><meta charset=\"utf-8\">\(html)".utf8).write(to: file)
                try browser.open(file)
                try browser.expect("true")
                #expect(browser.takeErrors().isEmpty != isFaulty, "\(html)")
            }
        }
    }
}
