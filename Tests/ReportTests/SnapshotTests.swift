import Foundation
import SegNASReport
import Testing

/// Figures as files: look at them in a browser, and record them anew with `RECORD_SNAPSHOTS=1 swift test`, which fails so
/// that nobody takes it for a test.
struct SnapshotTests {
    @Test func blockFigure() throws {
        let figure = block(nodes: 4, [2, 6, 0, 5, 4, 2], title: "A block with a projection")
        try compare(figure.svg(), with: "block.svg")
    }

    @Test func networkFigure() throws {
        let figure = try segnas(n: 8, p: 2, sup: true, res: true, [2, 0, 2])
        try compare(figure.svg(), with: "network.svg")
    }
}

/// Compares a text, line by line, with the file of a name among the snapshots.
func compare(_ text: String, with name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Snapshots").appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try Data(text.utf8).write(to: file)
        Issue.record(
            "\(name) is recorded: look at what has changed, then test without RECORD_SNAPSHOTS")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = try String(contentsOf: file, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines == expected)
}
