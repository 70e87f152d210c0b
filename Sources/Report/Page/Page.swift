internal import CPage
internal import SegNASHost

/// A part of the page under a heading.
struct Section {
    let id: String
    let title: String
    /// HTML.
    let body: String

    var html: String {
        """
        <section id="\(id)" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(escaped(title))</h2>
        \(body)
        </section>

        """
    }

    /// A place that a script fills, with words for those who do not see it, and one for what keys have chosen in it.
    static func chart(_ name: String, _ words: String) -> String {
        """
        <div class="plot"><div class="chart" id="\(name)-chart" role="img" aria-label="\(escaped(words))"></div>
        <p class="keyed" id="\(name)-point" role="status"></p></div>
        """
    }
}

/// A self-contained HTML document.
struct Page {
    let title: String
    let sections: [Section]
    /// Of `pageJSON`: what the script reads.
    let data: String
    let script: PageScript
    let version: String

    /// By it a file is known as a report of ours, which may be replaced.
    static let mark = #"<meta name="generator" content="segnas3d report">"#

    /// What the page may load: nothing from anywhere else.
    ///
    /// Evaluation is for plotly.js alone: parallel coordinates, and points by the thousand, are drawn through regl, which
    /// makes functions from text. Without it they are replaced by “WebGL is not supported”; all other charts, surfaces
    /// too, would do without.
    private static let policy = """
        default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; \
        img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'
        """

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        \(Self.mark)
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(title))</title>
        <link rel="icon" href="data:,">
        <style>
        \(PageStyle.css)
        </style>
        <script>
        \(Self.plotly)
        </script>
        </head>
        <body>
        <a class="skip" href="#summary">Skip to the summary</a>
        <header>
        <h1>\(escaped(title))</h1>
        \(navigation)
        </header>
        <main>
        <noscript><p class="note">\(script.warning)</p></noscript>
        \(sections.map(\.html).joined())
        </main>
        \(footer)
        \(script.dialogs)
        <script type="application/json" id="data">\(data)</script>
        <script>
        (() => {
        \(text(cp_theme_script()))
        \(script.text)
        })();
        </script>
        </body>
        </html>

        """
    }

    /// plotly.js, in whose strings stand control characters that HTML forbids: JavaScript has a way to write them.
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

    private var footer: String {
        """
        <footer>
        <p>Made by segnas3d \(escaped(version)). The page loads nothing from elsewhere. Methods: Wong and Moradi,
        “SegNAS3D”, MICCAI 2019.</p>
        <details><summary>Charts by plotly.js; its licence</summary>
        <pre>\(escaped(text(cp_plotly_license())))</pre></details>
        </footer>
        """
    }
}

/// The data of a page: one line of JSON that may stand inside an HTML script, as no `<` can end it.
func pageJSON(_ value: some Encodable) throws -> String {
    let text = try JSONDocument.text(of: value, .line)
    var safe: [UInt8] = []
    safe.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        if byte == UInt8(ascii: "<") { safe += Array("\\u003c".utf8) } else { safe.append(byte) }
    }
    return String(decoding: safe, as: UTF8.self)
}

/// A text that is part of the program.
func text(_ text: cp_text) -> String {
    String(decoding: UnsafeBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
}
