internal import CPage
internal import SegNASHost

/// A part of the page under a heading.
package struct Section {
    let id: String
    let title: String
    /// The content as HTML.
    let body: String

    var html: String {
        """
        <section id="\(id)" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(escaped(title))</h2>
        \(body)
        </section>

        """
    }

    /// A place that a script fills, with a description for those who do not see it, and a line for the selected point;
    /// where its height follows from the number of what it lists, with that.
    static func chart(_ name: String, _ words: String, count: Int? = nil) -> String {
        let style = count.map { " style=\"--count: \($0)\"" } ?? ""
        return """
            <div class="plot"><div class="chart" id="\(name)-chart"\(style) role="img" \
            aria-label="\(escaped(words))"></div>
            <p class="keyed" id="\(name)-point" role="status"></p>
            \(saveButton("chart", name, "SVG", of: words))</div>
            """
    }

    /// A drawing with its caption, which is HTML, and a button that saves it as a file of that name.
    static func figure(_ svg: String, _ caption: String, name: String) -> String {
        """
        <figure>\(svg)<figcaption>\(caption) \(saveButton("svg", name, "SVG", of: name))</figcaption></figure>
        """
    }

    /// A button by which the page's script saves a figure or a table.
    static func saveButton(
        _ kind: String, _ name: String, _ format: String, of words: String
    ) -> String {
        """
        <button type="button" class="save" data-save="\(kind)" data-name="\(escaped(name))" \
        aria-label="Save as \(format): \(escaped(words))">Save as \(format)</button>
        """
    }
}

/// A self-contained HTML document.
struct Page {
    let title: String
    let sections: [Section]
    /// The data of the script, made by `pageJSON`.
    let data: String
    let script: PageScript
    let version: String
    /// True if the section `preview` has a column of its own, where the window is wide.
    var hasSide = false
    /// True if there are files of cases beside the page.
    var hasFiles = false
    /// Where the changes begin that a page which is watched asks for; nil for a report.
    var position: LivePosition?

    /// The mark by which a file is recognized as a report of this program, which may be replaced.
    static let mark = #"<meta name="generator" content="segnas3d report">"#

    /// The content security policy: the page loads nothing from elsewhere.
    ///
    /// Only plotly.js needs `unsafe-eval`: it draws parallel coordinates, and thousands of points, through regl, which
    /// makes functions from text. Without it they are replaced by “WebGL is not supported”.
    static let policy = """
        default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; \
        img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'
        """

    /// The same for a page with files of cases beside it.
    private static let folderPolicy = policy.replacing(
        "'unsafe-eval'", with: "'unsafe-eval' 'self' file:")

    /// The same for a page that is watched: it asks its server for what has changed.
    static let livePolicy = policy + "; connect-src 'self'"

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        \(Self.mark)
        <meta http-equiv="Content-Security-Policy" content="\(contentPolicy)">
        \(position.map { "<meta name=\"segnas3d-position\" content=\"\(escaped($0.text))\">" } ?? "")
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(title))</title>
        <link rel="icon" href="data:,">
        <style>
        \(PageStyle.css)
        </style>
        \(script.hasCharts ? "<script>\n\(Self.plotly)\n</script>" : "")
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header><h1>\(escaped(title))</h1></header>
        <div class="bar">
        \(navigation)
        <div class="filter" role="search" aria-label="This page">
        <label><span class="unseen">Filter sections and rows</span>
        <input type="search" id="page-filter" placeholder="Filter" autocomplete="off"></label></div>
        </div>
        <p id="connection" class="note" role="alert" hidden></p>
        <main id="content"\(hasSide ? " class=\"with-side\"" : "")>
        <noscript><p class="note">\(script.warning)</p><style>.save, .filter { display: none; }</style></noscript>
        \(sections.map(\.html).joined())
        <p id="nothing" class="note" role="status" hidden></p>
        </main>
        \(footer)
        \(script.dialogs)
        <script type="application/json" id="data">\(data)</script>
        <script>
        (() => {
        "use strict";
        \(embedded(cp_page_script()))
        \(script.hasCharts ? embedded(cp_theme_script()) : "")
        \(script.text)
        \(position == nil ? "" : embedded(cp_live_script()) + script.live)
        })();
        </script>
        </body>
        </html>

        """
    }

    private var contentPolicy: String {
        position != nil ? Self.livePolicy : hasFiles ? Self.folderPolicy : Self.policy
    }

    /// The script plotly.js; control characters in its strings, which HTML forbids, are written as escapes.
    private static let plotly: String = {
        let script = cp_plotly_script()
        var safe: [UInt8] = []
        safe.reserveCapacity(script.count + 16)
        for byte in UnsafeBufferPointer(start: script.bytes, count: script.count) {
            if byte < 32, byte != 9, byte != 10, byte != 13 {
                safe += Array("\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            } else {
                safe.append(byte)
            }
        }
        return String(decoding: safe, as: UTF8.self)
    }()

    private var navigation: String {
        let links = sections.map { "<a href=\"#\($0.id)\">\(escaped($0.title))</a>" }
        return "<nav aria-label=\"Sections\">\(links.joined(separator: "\n"))</nav>"
    }

    private static let license = """
        <details><summary>Charts by plotly.js; its licence</summary>
        <pre>\(escaped(embedded(cp_plotly_license())))</pre></details>
        """

    private var footer: String {
        """
        <footer>
        <p>Made by segnas3d \(escaped(version)). The page loads nothing from elsewhere. Methods: Wong and Moradi,
        “SegNAS3D”, MICCAI 2019.</p>
        \(script.hasCharts ? Self.license : "")
        </footer>
        """
    }
}

/// The data of a page: one line of JSON without `<`, so that it may stand inside an HTML script.
func pageJSON(_ value: some Encodable) throws -> String {
    let text = try JSONDocument.text(of: value, .line)
    var safe: [UInt8] = []
    safe.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        if byte == UInt8(ascii: "<") { safe += Array("\\u003c".utf8) } else { safe.append(byte) }
    }
    return String(decoding: safe, as: UTF8.self)
}

/// A text that is embedded in the program.
func embedded(_ text: cp_text) -> String {
    String(decoding: UnsafeBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
}

/// The script of a page, and the HTML that it needs.
struct PageScript {
    let text: String
    /// The HTML of dialogs.
    let dialogs: String
    /// A sentence about what is missing without scripts.
    let warning: String
    /// What takes changes, in a page that is watched.
    let live: String
    /// True if plotly.js draws charts.
    var hasCharts = true

    static func study(showsCases: Bool) -> PageScript {
        // In a block, so that its names do not collide with those of other scripts.
        let cases = showsCases ? "{\n\(embedded(cp_anatomy_script()))}\n" : ""
        return PageScript(
            text: embedded(cp_study_script()) + cases, dialogs: trialDialogs,
            warning: "The charts and the table of trials need JavaScript.",
            live: embedded(cp_live_study_script()))
    }

    static var comparison: PageScript {
        PageScript(
            text: embedded(cp_comparison_script()), dialogs: "",
            warning: "The chart needs JavaScript.", live: embedded(cp_live_comparison_script()))
    }

    /// Trainings, whose figures are drawn without scripts, but for cases in images.
    static func trainings(showsCases: Bool) -> PageScript {
        PageScript(
            text: showsCases ? "{\n\(embedded(cp_anatomy_script()))}\n" : "", dialogs: "",
            warning: "Without JavaScript the page does not move.",
            live: embedded(cp_live_parts_script()), hasCharts: showsCases)
    }

    /// The dialogs of a trial's learning curves and of two trials.
    private static let trialDialogs = """
        <dialog id="trial" aria-labelledby="trial-title">
        <form method="dialog"><button id="trial-close">Close</button></form>
        <h2 id="trial-title">Trial</h2>
        <dl id="trial-facts" class="facts"></dl>
        <figure id="trial-block" hidden></figure>
        \(Section.chart("trial", "Loss and validation Dice of each epoch"))
        </dialog>
        <dialog id="pair" aria-labelledby="pair-title">
        <form method="dialog"><button id="pair-close">Close</button></form>
        <h2 id="pair-title">Two trials</h2>
        <div class="frame" tabindex="0" role="region" aria-label="Two trials"><table id="pair-table"></table></div>
        \(Section.chart("pair", "Validation Dice of each epoch of two trials"))
        </dialog>
        """
}

/// The CSS of the page: the figures' colours as variables, and the rules that use them.
enum PageStyle {
    static var css: String {
        """
        :root{color-scheme:light dark;\(variables(\.light))}
        :root.paper{color-scheme:light}
        @media screen and (prefers-color-scheme:dark){:root:not(.paper){\(variables(\.dark))}}
        \(embedded(cp_page_style()))
        \(StyleSheet.css)
        """
    }

    private static func variables(_ value: (Colour) -> String) -> String {
        let colours: [(String, Colour)] = [
            ("ink", .ink), ("paper", .paper), ("line", .line), ("accent", .blue), ("muted", .muted),
            ("panel", .panel), ("second", .vermillion), ("third", .green), ("fourth", .purple),
        ]
        return colours.map { "--\($0):\(value($1))" }.joined(separator: ";")
    }
}
