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

    private static let iterations = 90

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

    /// Cases are taken by the Dice of a label or by number, and labels are filled.
    private func useChoices(_ browser: Browser) throws {
        func shown() throws -> [Int] {
            let buttons = "[...document.querySelectorAll('[data-case]')]"
            return try #require(
                try browser.value("\(buttons).map(button => Number(button.dataset.case))")
                    as? [Int])
        }
        func choose(_ order: String) throws {
            try browser.value(
                """
                document.querySelector(".an-order").value = "\(order)";
                document.querySelector(".an-order").dispatchEvent(new Event("change"));
                """)
        }
        #expect(try shown() == [0, 1])
        #expect(try browser.text("[data-case='0']").contains("worst: case 1 Dice 0.910"))
        try choose("2")
        #expect(try shown() == [1, 0])
        #expect(try browser.text("[data-case='1']").contains("worst: case 2 Dice 0.700"))
        try browser.expect("document.querySelector(`[data-case='1']`).ariaPressed === 'true'")
        try choose("number")
        #expect(try shown() == [0, 1])
        try browser.click("[data-step='1']")
        try browser.expect("document.querySelector(`[data-case='1']`).ariaPressed === 'true'")
        // A filled label colours the middle of the slice, which is grey without.
        let middle = """
            (() => {
                const canvas = document.querySelector("[data-plane=axial] canvas");
                const [wide, high] = [canvas.width, canvas.height];
                const pixels = canvas.getContext("2d").getImageData(0, 0, wide, high).data;
                let count = 0;
                for (let k = 0; k < pixels.length; k += 4)
                    if (Math.abs(pixels[k] - pixels[k + 2]) > 40) count++;
                return count / (wide * high);
            })()
            """
        try browser.expect("\(middle) < 0.15")
        try browser.click("[data-show=reference-fill]")
        try browser.expect("\(middle) > 0.15")
        try browser.click("[data-show=reference-fill]")
        try browser.click("[data-show=prediction-fill]")
        try browser.expect("\(middle) > 0.1")
        try browser.click("[data-show=prediction-fill]")
        try browser.click("[data-step='-1']")
        try browser.expect("document.querySelector(`[data-case='0']`).ariaPressed === 'true'")
    }

    /// The filter leaves the sections and the rows that have the words.
    private func useFilter(_ browser: Browser) throws {
        func filter(_ words: String) throws {
            try browser.value(
                """
                document.getElementById("page-filter").value = "\(words)";
                document.getElementById("page-filter").dispatchEvent(new Event("input"));
                """)
        }
        try filter("hardest first")
        try browser.expect("!document.getElementById('test').hidden")
        try browser.expect("document.getElementById('costs').hidden")
        try browser.expect("document.querySelector('.bar a[href=\"#costs\"]').hidden")
        try filter("no such words")
        try browser.expect("!document.getElementById('nothing').hidden")
        try filter("")
        try browser.expect("!document.querySelector('main > section[hidden], tbody tr[hidden]')")
        // The links stay in view.
        try browser.value("document.getElementById('costs').scrollIntoView({behavior: 'instant'})")
        try browser.expect(
            "Math.abs(document.querySelector('.bar').getBoundingClientRect().top) < 1")
        try browser.expect("document.querySelector('.bar a[aria-current]')?.hash === '#costs'")
    }

    /// Each figure and table has one button, which makes a file.
    private func useSaving(_ browser: Browser) throws {
        try browser.value(
            """
            window.saved = [];
            HTMLAnchorElement.prototype.click = function () {
                saved.push(this.download);
            };
            """)
        for (button, file) in [
            ("#network [data-save=svg]", "network.svg"),
            ("#test [data-save=table]", "labels.csv"),
            ("#evolution [data-save=chart]", "evolution.svg"),
            ("[data-save=slices]", "case-1-slices.png"),
            ("[data-save=surfaces]", "case-1-surfaces.png"), ("#trials-csv", "trials.csv"),
        ] {
            try browser.click(button)
            try browser.expect("saved.includes('\(file)')")
        }
        let shown = "document.querySelectorAll('main figure:has(svg), main .plot, main .frame')"
        try browser.expect(
            """
            [...\(shown)].every(it =>
                it.closest("#trials") || it.parentElement.querySelector(".save"))
            """)
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

    /// All charts are drawn, again in the dark, and for paper.
    private func useCharts(_ browser: Browser) throws {
        let charts = [
            "evolution", "parameters", "seconds", "importance", "slices", "parallel",
        ]
        func areDrawn(_ colour: String) throws {
            for name in charts {
                let chart = "document.getElementById('\(name)-chart')"
                try browser.expect("\(chart).querySelector('.main-svg')")
                try browser.expect("\(chart).layout.font.color === '\(colour)'")
            }
        }
        try areDrawn(Colour.ink.light)
        let points = "document.getElementById('evolution-chart').data[0].x.length"
        let completed = try #require(try browser.number(points))
        #expect(completed > 20 && completed < Self.iterations)
        try browser.expect("!document.body.textContent.includes('WebGL is not supported')")
        try browser.call(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
        try areDrawn(Colour.ink.dark)
        let paper = try browser.call("Page.printToPDF")
        #expect((paper["data"] as? String)?.hasPrefix("JVBERi0") == true)  // %PDF-
        try areDrawn(Colour.ink.dark)
        try browser.click("[name=evolution-view][value=time]")
        let title = "document.getElementById('evolution-chart').layout.xaxis.title.text"
        try browser.expect("\(title).includes('time')")
    }

    /// A trial opens by its number, by its point and by keys, and closes.
    private func useTrials(_ browser: Browser) throws {
        func isOpen() throws -> Bool {
            try browser.value("document.getElementById('trial').open") as? Bool == true
        }
        let row = "document.querySelector('tr.best button.trial')"
        let best = try #require(try browser.number("Number(\(row).dataset.trial)"))
        #expect(try !isOpen())
        try browser.click("tr.best button.trial")
        #expect(try isOpen())
        #expect(try browser.text("#trial-title") == "Trial \(best)")
        try browser.expect("document.getElementById('trial-chart').data[0].x.length === 6")
        #expect(try browser.text("#trial-facts").contains("Validation Dice"))
        try browser.click("#trial-close")
        #expect(try !isOpen())
        // The last point that is drawn lies under no other.
        try browser.click("#parameters-chart .scatterlayer .trace:last-child .point")
        #expect(try isOpen())
        #expect(try browser.text("#trial-title") == "Trial \(best)")
        try browser.click("#trial-close")
        try browser.press("ArrowRight", 39, in: "#evolution-chart")
        #expect(try browser.text("#evolution-point").contains("trial "))
        try browser.press("Enter", 13, in: "#evolution-chart")
        #expect(try isOpen())
        try browser.expect("document.getElementById('trial-block').hidden")
        try browser.click("#trial-close")
        // Why an illegal one is not trained is drawn.
        let data = "JSON.parse(document.getElementById('data').textContent)"
        let illegal = try #require(
            try browser.number("\(data).trials.find(trial => trial.state === 'illegal').number"))
        try browser.value("document.getElementById('trials-number').value = \(illegal)")
        try browser.click("#trials-jump button")
        #expect(try isOpen())
        try browser.expect("document.querySelector('#trial-block svg').clientWidth > 50")
        try browser.click("#trial-close")
    }

    /// The table of trials is sorted, filtered and turned over.
    private func useTable(_ browser: Browser) throws {
        func numbers() throws -> [Int] {
            let buttons = "[...document.querySelectorAll('#trials-table button.trial')]"
            let numbers = try browser.value(
                "\(buttons).map(button => Number(button.dataset.trial))")
            return try #require(numbers as? [Int])
        }
        let first = try numbers()
        #expect(first.count == 50)
        #expect(try browser.text("#trials-page") == "page 1 of 2")
        try browser.click("[data-sort=number]")
        let sorted = try numbers()
        #expect(sorted == Array(0..<50))
        try browser.click("#trials-next")
        let rest = try numbers()
        #expect(rest == Array(50..<Self.iterations))
        #expect(try browser.text("#trials-page") == "page 2 of 2")
        try browser.value(
            """
            const state = document.getElementById('trials-state');
            state.value = 'illegal';
            state.dispatchEvent(new Event('input', {bubbles: true}));
            """)
        let data = "JSON.parse(document.getElementById('data').textContent)"
        let illegal = try #require(try browser.number("\(data).states.illegal"))
        let filtered = try numbers()
        #expect(filtered.count == min(50, illegal))
        #expect(try browser.text("#trials-count") == "\(illegal) of 90 trials")
    }

    /// Sliders, clicks and keys move the slices of a case, and another case is shown.
    private func useSlices(_ browser: Browser) throws {
        let slider = "[data-plane=axial] input"
        try browser.expect("document.querySelector('[data-plane=axial] output').value")
        let before = try browser.text("[data-plane=axial] output")
        try browser.press("ArrowRight", 39, in: slider)
        let after = try browser.text("[data-plane=axial] output")
        func slice(_ text: String) -> Int? {
            text.split(separator: " ").first.flatMap { Int($0) }
        }
        #expect(slice(after) == slice(before).map { $0 + 1 })
        // Where nothing lies.
        try browser.press("Home", 36, in: slider)
        #expect(try browser.text("[data-plane=axial] output").hasPrefix("1 / "))
        #expect(
            try browser.text(".an-here").contains("reference no label, prediction no label"))
        let coronal = try browser.text("[data-plane=coronal] output")
        try browser.click("[data-plane=axial] canvas", down: 20)
        try browser.expect(
            "document.querySelector('[data-plane=coronal] output').value !== '\(coronal)'")
        try browser.click("[data-case='1']")
        try browser.expect("document.querySelector(`[data-case='1']`).ariaPressed === 'true'")
        // It is predicted without a fault: the same label wherever there is one.
        try browser.expect(
            """
            /reference (.+), prediction (.+)\\./.exec(document.querySelector('.an-here').textContent)
                .slice(1).every((name, _, both) => name === both[0])
            """)
        // The ramp is seen in its grey.
        let canvas = "document.querySelector('[data-plane=axial] canvas')"
        try browser.expect(
            "\(canvas).getContext('2d').getImageData(60, 60, 1, 1).data.some(level => level % 255)"
        )
    }

    /// Surfaces are drawn when they come into view, and turn together.
    private func useSurfaces(_ browser: Browser) throws {
        let scenes = "document.querySelector('.an-scenes')"
        try browser.expect("document.querySelector('.an-wait') && !\(scenes).data")
        try browser.value("\(scenes).scrollIntoView()")
        // Two labels and the letters, in two scenes.
        try browser.expect(
            "\(scenes).data?.length === 6 && !document.querySelector('.an-wait')")
        try browser.expect("\(scenes).data[0].x.length > 100")
        try browser.click("[data-view=S]")
        for name in ["scene", "scene2"] {
            try browser.expect("\(scenes).layout.\(name).camera.eye.z > 1.5")
        }
        try browser.click("[data-surface='0']")
        for index in [0, 3] { try browser.expect("\(scenes).data[\(index)].visible === false") }
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
