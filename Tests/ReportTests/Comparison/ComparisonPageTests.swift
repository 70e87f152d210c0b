import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import Testing

@testable import SegNASReport

@Suite("Pages of comparisons")
struct ComparisonPageTests {
    private static let nasty = "\"a\", |b| & <c>_{d}^e~f\\g%h#i$j[k]*l`m--n'o </script>"

    /// Comparisons as they may be, by what is special.
    enum Kind: String, CaseIterable {
        case complete, nothingTrained, noMethods, oneSplit, noTest, absentLabel, manyLabels, nasty
        case searchedBaseline, onlyFailures, noLabels
    }

    static func make(_ kind: Kind) throws -> Comparison {
        let labels = SyntheticComparison.labels
        func comparison(
            _ outcomes: [Comparison.Outcome?]..., labels: LabelTable = labels, name: String = "m"
        ) -> Comparison {
            Comparison(
                dataset: "d", labels: labels,
                methods: outcomes.enumerated().map { .init("\(name) \($0)", outcomes: $1) })
        }
        let test = try SyntheticComparison.evaluation(["a": [3, 5], "b": [4, 8]])
        let search = SyntheticComparison.search(test)
        switch kind {
        case .complete: return comparison([search, search], [search, search])
        case .nothingTrained: return comparison([nil, nil, nil], [nil, nil, nil])
        case .noMethods: return comparison()
        case .oneSplit: return comparison([search], [SyntheticComparison.baseline(test)])
        case .noTest: return comparison([SyntheticComparison.search(nil)], [search])
        case .absentLabel:
            let test = try SyntheticComparison.evaluation(["a": [3, nil], "b": [4, nil]])
            return comparison([SyntheticComparison.search(test)])
        case .manyLabels:
            let labels = LabelTable(
                foreground: (1...30).map { .init(name: "structure \($0)", value: $0 * 3) })
            let test = try SyntheticComparison.evaluation(
                ["a": (1...30).map { $0 }, "b": (1...30).map { 31 - $0 }], labels: labels)
            return comparison([SyntheticComparison.search(test)], labels: labels)
        case .nasty:
            let labels = LabelTable(foreground: [
                .init(name: nasty, value: 1), .init(name: "=1+2\nnext", value: 2),
            ])
            var comparison = comparison(
                [SyntheticComparison.search(test, report: "javascript:alert(1)/\"q\".html")],
                [.failed(nasty)], labels: labels, name: nasty)
            comparison.dataset = nasty
            comparison.conditions = [(nasty, nasty)]
            comparison.date = nasty
            return comparison
        case .searchedBaseline:
            let network = SyntheticComparison.candidate().architecture
            let trained = SyntheticComparison.baseline(test, network)
            return comparison([trained, trained])
        case .onlyFailures:
            return comparison(
                [.failed("why"), .outOfMemory(needed: nil, limit: nil)],
                [.outOfMemory(needed: ByteCount(1 << 30), limit: nil), nil])
        case .noLabels:
            return comparison([search], labels: LabelTable(foreground: []))
        }
    }

    @Test("pages are sound, and all texts can be read", arguments: Kind.allCases)
    func soundness(kind: Kind) throws {
        let comparison = try Self.make(kind)
        let report = ComparisonReport(comparison, version: "0.1.0")
        let html = try report.html()
        let checker = MarkupChecker(html)
        #expect(checker.faults == [])
        #expect(checker.ids.isSuperset(of: ["summary", "methods", "pairs", "data"]))
        #expect(StudyReport.isReport(String(html.prefix(4096))))
        let data = try pageData(of: html)
        let document = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
        #expect(data as NSDictionary == document as? NSDictionary)
        #expect(LaTeXChecker(report.latex).faults == [])
        let lines = CSVReader(report.csv).lines
        #expect(lines.count == 1 + comparison.methods.count * comparison.splits)
        #expect(lines.allSatisfy { $0.count == lines[0].count })
        #expect(
            lines.dropFirst().map { $0[0] }
                == comparison.methods.flatMap { method in
                    (0..<comparison.splits).map { _ in method.name }
                })
        let texts = [html, report.markdown, report.csv, report.latex, try report.json()]
        for text in texts { #expect(!text.contains(SyntheticComparison.secretCase)) }
    }

    @Test("whether there is more to come")
    func states() throws {
        func state(_ kind: Kind) throws -> String { try Self.make(kind).state }
        #expect(try state(.complete) == "The comparison is complete.")
        #expect(try state(.nothingTrained).contains("so far 0 of 6 outcomes are known"))
        #expect(try state(.onlyFailures).contains("so far 3 of 4 outcomes are known"))
    }

    @Test("what stands in the place of a test Dice")
    func dice() throws {
        func cells(_ kind: Kind) throws -> [String] {
            MethodTable(try Self.make(kind)).table.rows.map {
                $0.cells[1].written { $0.text }
            }
        }
        #expect(try cells(.nothingTrained) == ["outstanding", "outstanding"])
        #expect(try cells(.noTest) == ["–", "95.0"])
        #expect(
            try cells(.onlyFailures) == [
                "– (OOM in 1 of 2; failed in 1 of 2)", "– (1 of 2 splits; OOM in 1 of 2)",
            ])
        #expect(try cells(.absentLabel) == ["96.5"])
        let table = MethodTable(try Self.make(.searchedBaseline)).table
        #expect(table.rows.map { $0.lines.map { $0[0].written { $0.text } } } == [["all"]])
    }

    @Test("links lead to reports beside the page, whatever their names are")
    func links() throws {
        func links(_ comparison: Comparison) throws -> [String] {
            let html = try ComparisonReport(comparison, version: "0.1.0").html()
            let links = MarkupChecker(html).elements.filter { $0.name == "a" }
            return links.compactMap { $0.attributes["href"] }.filter { !$0.hasPrefix("#") }
        }
        #expect(try links(Self.make(.nasty)) == ["javascript%3aalert%281%29/%22q%22.html"])
        #expect(
            try links(SyntheticComparison.table3()).prefix(2) == [
                "split-0/seg%20nas%2311/report.html", "split-1/seg%20nas%2311/report.html",
            ])
    }
}
