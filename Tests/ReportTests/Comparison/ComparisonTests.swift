import Datasets
import Foundation
import Host
import Search
import Testing

@testable import Report

@Suite("Comparisons")
struct ComparisonTests {
    private func report(_ comparison: Comparison) -> ComparisonReport {
        ComparisonReport(comparison, version: "0.1.0")
    }

    @Test("tables as files")
    func snapshots() throws {
        let report = report(try SyntheticComparison.table3())
        try compare(report.markdown, with: "comparison.md")
        try compare(report.csv, with: "comparison.csv")
        try compare(report.latex, with: "comparison.tex")
        if let folder = ProcessInfo.processInfo.environment["SEGNAS3D_PAGES"] {
            try report.html().write(
                toFile: folder + "/comparison.html", atomically: true, encoding: .utf8)
            try report.json().write(
                toFile: folder + "/comparison.json", atomically: true, encoding: .utf8)
        }
    }
}
