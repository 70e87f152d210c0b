import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import Testing

@testable import SegNASReport

@Suite("Comparisons")
struct ComparisonTests {
    private func report(_ comparison: Comparison) -> ComparisonReport {
        ComparisonReport(comparison, version: "0.1.0")
    }

    private func document(_ comparison: Comparison) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(report(comparison).json().utf8))
        return try #require(json as? [String: Any])
    }

    @Test("tables as files")
    func snapshots() throws {
        let report = report(try SyntheticComparison.table3())
        try compare(report.markdown, with: "comparison.md")
        try compare(report.csv, with: "comparison.csv")
        try compare(report.latex, with: "comparison.tex")
    }

    // MARK: - Figures

    /// The Dice of cases of the synthetic table, by the formula of its label maps.
    private func dice(split: Int, shift: Int) -> [Int: Double] {
        let numbers = 3 * split..<3 * split + 8
        return Dictionary(
            uniqueKeysWithValues: numbers.map { number in
                let shifts = [shift + number * shift % 7, shift + 2]
                return (number, shifts.reduce(0.0) { $0 + 1 - Double($1) / 100 } / 2)
            })
    }

    @Test("the document and the page hold means over splits, and each split's cases by numbers")
    func figures() throws {
        let comparison = try SyntheticComparison.table3()
        for data in [try document(comparison), try pageData(of: report(comparison).html())] {
            #expect(data["schema"] as? Int == 1)
            #expect(data["known"] as? Int == 11 && data["outcomes"] as? Int == 12)
            let methods = try #require(data["methods"] as? [[String: Any]])
            #expect(
                methods.map { $0["name"] as? String } == [
                    "SegNAS11", "SegNAS4", "3D U-Net", "V-Net",
                ])
            let shifts = [[18, 20, 19], [22, 23], [], [50, nil, 64]]
            for (method, shifts) in zip(methods, shifts) {
                let splits = try #require(method["splits"] as? [[String: Any]])
                let cases = shifts.enumerated().map { split, shift in
                    shift.map { dice(split: split, shift: $0) }
                }
                for (split, expected) in zip(splits, cases) {
                    guard let expected else { continue }
                    let test = try #require(split["test"] as? [String: Any])
                    for entry in try #require(test["cases"] as? [[String: Any]]) {
                        let number = try #require(entry["number"] as? Int)
                        let first = try #require(expected.keys.min())
                        let value = try #require(expected[first + number - 1])
                        #expect(abs((entry["dice"] as? Double ?? 0) - value) < 1e-12)
                    }
                }
                try expectSpread(
                    method["dice"], cases.compactMap { $0.map { mean(Array($0.values)) } })
            }
            try expectSpread(methods[0]["parameters"], [9.7e6, 5.6e6, 13.8e6])
            try expectSpread(methods[1]["seconds"], [311_040, 311_040])
            #expect(methods[2]["dice"] == nil)
        }
    }

    private func expectSpread(_ found: Any?, _ values: [Double]) throws {
        guard !values.isEmpty else {
            #expect(found == nil)
            return
        }
        let found = try #require(found as? [String: Double])
        let squares = values.map { ($0 - mean(values)) * ($0 - mean(values)) }
        let std = (squares.reduce(0, +) / Double(values.count - 1)).squareRoot()
        #expect(abs((found["mean"] ?? 0) - mean(values)) < 1e-9 * mean(values))
        #expect(abs((found["std"] ?? 0) - std) < 1e-9 * mean(values))
        #expect(found["count"] == Double(values.count))
    }

    private func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    @Test("a case of several splits is tested once, by its mean over those that both methods have")
    func pairs() throws {
        let comparison = try SyntheticComparison.table3()
        let pairs = PairedComparison.all(of: comparison)
        #expect(pairs.map { [$0.first.index, $0.second.index] } == [[0, 1], [0, 3], [1, 3]])
        let shifts: [[Int?]] = [[18, 20, 19], [22, 23, nil], [], [50, nil, 64]]
        for pair in pairs {
            var sums: [Int: (difference: Double, count: Double)] = [:]
            for split in 0..<3 {
                guard let first = shifts[pair.first.index][split],
                    let second = shifts[pair.second.index][split]
                else { continue }
                let other = dice(split: split, shift: second)
                for (number, value) in dice(split: split, shift: first) {
                    sums[number, default: (0, 0)].difference += value - (other[number] ?? 0)
                    sums[number, default: (0, 0)].count += 1
                }
            }
            let expected = sums.values.map { $0.difference / $0.count }
            #expect(pair.differences.count == expected.count)
            let found = zip(pair.differences.sorted(), expected.sorted())
            #expect(found.allSatisfy { abs($0 - $1) < 1e-12 })
            #expect(pair.test == SignedRankTest(pair.differences))
        }
        #expect(pairs.map(\.corrected) == holmCorrected(pairs.compactMap(\.test?.p)))
    }

    @Test("verdicts: what is equal, too few, not shown and shown")
    func verdicts() throws {
        func pair(_ shifts: [Int]) throws -> PairedComparison {
            let tests = try [shifts.map { _ in 20 }, shifts].map { shifts in
                Evaluation(
                    try shifts.enumerated().flatMap { index, shift in
                        try SyntheticComparison.evaluation(["\(index)": [shift, 20]]).cases
                    }, labels: SyntheticComparison.labels)
            }
            let methods = tests.enumerated().map { index, test in
                Comparison.Method("\(index)", outcomes: [SyntheticComparison.baseline(test)])
            }
            let comparison = Comparison(
                dataset: "d", labels: SyntheticComparison.labels, methods: methods)
            return try #require(PairedComparison.all(of: comparison).first)
        }
        #expect(try pair([20, 20, 20]).verdict == .equal)
        #expect(try pair([20, 20, 20]).corrected == nil)
        #expect(try pair([21, 22, 23, 24, 25]).verdict == .tooFew)
        // Of equal differences the normal approximation says less than 0.05 already.
        let ties = try pair([30, 30, 30, 30, 30])
        #expect(ties.verdict == .tooFew && ties.test?.p ?? 1 < 0.05)
        #expect(try pair([21, 18, 23, 16, 25, 14]).verdict == .notShown)
        #expect(try pair([21, 22, 23, 24, 25, 26]).verdict == .firstHigher)
        #expect(try pair([19, 18, 17, 16, 15, 14, 20]).verdict == .secondHigher)
    }

    @Test("labels stand in tables by their Dice, the hardest first")
    func labels() throws {
        let html = try report(try SyntheticComparison.table3()).html()
        let section = try #require(html.firstRange(of: "<section id=\"labels\"")).lowerBound
        let anterior = try #require(html[section...].firstRange(of: "\"rowheader\">anterior"))
        let posterior = try #require(html[section...].firstRange(of: "\"rowheader\">posterior"))
        #expect(anterior.lowerBound < posterior.lowerBound)
    }

    @Test("what was searched besides the network has a column")
    func hyperparameters() throws {
        let space = try SearchSpace(
            yaml: "{base: segnas4, learning_rate: {from: 1e-4, to: .5, scale: log}, dropout: 0.1}")
        let candidate = space.decode([21.5, 3.5, 0.5, 1.5, log(0.00125)])
        let test = try SyntheticComparison.evaluation(["a": [3, 5]])
        let comparison = Comparison(
            dataset: "d", labels: SyntheticComparison.labels,
            methods: [
                .init("A", outcomes: [SyntheticComparison.search(test, candidate: candidate)]),
                .init("B", outcomes: [SyntheticComparison.search(test)]),
            ])
        let lines = report(comparison).markdown.split(separator: "\n").map(String.init)
        #expect(lines[1].hasSuffix("| other                              |"))
        #expect(lines[3].contains("| dropout 0.1, learning rate 0.00125 |"))
        #expect(lines[4].hasSuffix("| –                                  |"))
        // The only split has no column, its numbers no deviation.
        #expect(!lines[1].contains("split") && lines[3].contains(" **96.0** |"))
        // Both are highest.
        #expect(lines[4].contains(" **96.0** |"))
    }

    @Test("splits have the numbers of their folders")
    func firstSplit() throws {
        var comparison = try SyntheticComparison.table3()
        comparison.firstSplit = 4
        #expect(report(comparison).csv.contains("\r\nV-Net,5,failed,"))
        #expect(report(comparison).markdown.contains("V-Net on split 5: failed"))
        #expect(try document(comparison)["splits"] as? [Int] == [4, 5, 6])
    }
}
