import Testing

@testable import SegNASReport

@Suite("Tables")
struct TableTests {
    private let table = Table(
        caption: "A & B", columns: [("name", false), ("x", true), ("rest", false)],
        rows: [
            .init(
                [RichText("one")],
                lines: [
                    [RichText("1"), RichText("a") + RichText("b", .struck)],
                    [RichText("22", .strong), RichText("")],
                ]),
            .init([RichText("2 < 3"), RichText("–"), RichText("c")]),
        ])

    @Test func markdown() {
        #expect(
            table.markdown == """
                | name  |      x | rest   |
                | ----- | -----: | ------ |
                | one   |      1 | a~~b~~ |
                |       | **22** |        |
                | 2 < 3 |      – | c      |
                """)
    }

    @Test func latex() {
        #expect(
            table.latex == """
                \\begin{tabular}{lrl}
                \\toprule
                name & x & rest \\\\
                \\midrule
                one & 1 & a\\sout{b} \\\\
                 & \\textbf{22} &  \\\\
                \\addlinespace
                2 \\textless{} 3 & -- & c \\\\
                \\bottomrule
                \\end{tabular}
                """)
    }

    @Test func html() {
        #expect(
            table.html == """
                <div class="frame" tabindex="0" role="region" aria-label="A &amp; B">
                <table role="table"><caption>A &amp; B</caption>
                <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">name</th>\
                <th scope="col" role="columnheader" class="number">x</th>\
                <th scope="col" role="columnheader">rest</th></tr></thead>
                <tbody role="rowgroup">
                <tr role="row"><th scope="row" role="rowheader" rowspan="2">one</th>\
                <td role="cell" data-title="x" class="number">1</td><td role="cell" data-title="rest">a\
                <s><span class="unseen">unused </span>b</s></td></tr>
                <tr role="row"><td role="cell" data-title="x" class="number"><strong>22</strong></td>\
                <td role="cell" data-title="rest"></td></tr>
                <tr role="row"><th scope="row" role="rowheader">2 &lt; 3</th>\
                <td role="cell" data-title="x" class="number">–</td><td role="cell" data-title="rest">c</td></tr>
                </tbody></table></div>
                <button type="button" class="save" data-save="table" data-name="A &amp; B" \
                aria-label="Save as CSV: A &amp; B">Save as CSV</button>
                """)
    }

    @Test(arguments: [
        ("a_b", "a_b"), ("_a_", "\\_a\\_"), ("a|b", "a\\|b"), ("<b>", "\\<b>"), ("< 1", "< 1"),
        ("*a* `b` ~c~", "\\*a\\* \\`b\\` \\~c\\~"), ("[a](b)", "\\[a\\](b)"),
        ("R&amp;D", "R\\&amp;D"),
        ("R & D", "R & D"), ("a\\", "a\\\\"), ("a\nb", "a\\\\nb"),
    ])
    func markdownText(text: String, escaped: String) {
        #expect(escapedForMarkdown(text) == escaped)
    }

    @Test(arguments: [
        ("50 %", "50 \\%"), ("a_b & $c #d", "a\\_b \\& \\$c \\#d"),
        ("{\\}", "\\{\\textbackslash{}\\}"),
        ("a--b---c", "a-{}-b-{}-{}-c"), ("[a]*", "{[}a{]}{*}"), ("1 – 2 ± 3", "1 -- 2 $\\pm$ 3"),
        ("\"a\" <b>", "\\symbol{34}a\\symbol{34} \\textless{}b\\textgreater{}"),
        ("a\u{301}_\u{301}", "a\u{301}\\_\u{301}"),
        ("~^|", "\\textasciitilde{}\\textasciicircum{}\\textbar{}"),
    ])
    func latexText(text: String, escaped: String) {
        #expect(escapedForLaTeX(text) == escaped)
    }

    @Test(
        arguments: [
            ([0.817, 0.81, 0.824], 100, 1, "81.7 ± 0.7"), ([0.5], 100, 1, "50.0"),
            ([570_240], 1 / 86_400, nil, "6.6"),
            ([345.6, 345.6], 1 / 86_400, nil, "0.0040 ± 0.0000"),
            ([12_345_678], 1e-6, nil, "12.3"), ([34_000, 36_000], 1e-6, nil, "0.035 ± 0.001"),
            ([0, 0], 1, nil, "0.0 ± 0.0"), ([2], 1 / 86_400, nil, "0.000023"),
        ] as [([Double], Double, Int?, String)])
    func spreads(values: [Double], scale: Double, places: Int?, text: String) {
        #expect(Spread(values)?.text(times: scale, places: places) == text)
    }
}
