import Foundation
import TestSupport
import Testing

@testable import SegNASReport

// What a reader does with the report of a search.

extension BrowserTests {
    /// Cases are taken by the Dice of a label or by number, and labels are filled.
    func useChoices(_ browser: Browser) throws {
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
    func useFilter(_ browser: Browser) throws {
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
    func useSaving(_ browser: Browser) throws {
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

    /// All charts are drawn, again in the dark, and for paper.
    func useCharts(_ browser: Browser) throws {
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
    func useTrials(_ browser: Browser) throws {
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
    func useTable(_ browser: Browser) throws {
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
    func useSlices(_ browser: Browser) throws {
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
    func useSurfaces(_ browser: Browser) throws {
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
}
