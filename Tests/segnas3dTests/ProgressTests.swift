import Foundation
import SegNASSegmentation
import Synchronization
import TestSupport
import Testing

@testable import segnas3d

@Suite("Progress")
struct ProgressTests {
    /// Half way through a training.
    private static let line = ProgressLine(
        title: "Training", done: 60, total: 120, first: 50, time: .seconds(1200),
        notes: ["epoch 2", "Dice 0.812", "loss 0.500", "0 % waiting"])

    @Test("a line of a log, with the time for what is left at the pace of what was done now")
    func text() {
        #expect(
            Self.line.text
                == "Training: 60 of 120 (50 %), 2:00:00 left · epoch 2, Dice 0.812, loss 0.500, 0 % waiting"
        )
        let plain = ProgressLine(title: "Checking", done: 50, total: 200, time: .seconds(30))
        #expect(plain.text == "Checking: 50 of 200 (25 %), 1:30 left")
    }

    @Test(
        "a bar has what fits into the row, and leaves its last column free",
        arguments: [
            (
                200,
                "Training ████████████░░░░░░░░░░░░ 60 of 120 (50 %), 2:00:00 left · epoch 2, Dice 0.812, "
                    + "loss 0.500, 0 % waiting"
            ),
            (80, "Training ████████░░░░░░░░░ 60 of 120 (50 %), 2:00:00 left · epoch 2, Dice 0.812"),
            (50, "Training ████░░░░░ 60 of 120 (50 %), 2:00:00 left"),
            (40, "Training 60 of 120 (50 %), 2:00:00 left"),
            (20, "Training 60 of 120 "),
            (1, ""),
        ])
    func bar(_ width: Int, _ expected: String) {
        #expect(Self.line.bar(width: width) == expected)
        #expect(expected.count < width)
    }

    @Test("no row of any width is left, whatever there is to say")
    func widths() {
        for width in 1...250 {
            #expect(Self.line.bar(width: width).count < width)
        }
    }

    @Test(
        "the program keeps to the width of its terminal; one that knows no escape sequences gets lines",
        arguments: [(80, "xterm"), (40, "xterm"), (80, "dumb")])
    func terminal(_ columns: Int, _ kind: String) throws {
        try withTemporaryFolder { folder in
            let shown = try Program.onTerminal(
                ["phantom", folder.appending(path: "p").path, "--cases", "60", "--size", "48"],
                columns: columns, kind: kind)
            // A bar comes after a tenth of a second, lines after five.
            #expect(kind == "dumb" || shown.contains("phantoms "))
            #expect(shown.contains("\u{1B}") == (kind != "dumb"))
            let rows = shown.replacingOccurrences(of: "\u{1B}[K", with: "")
                .split { $0.isNewline || $0 == "\r" }
            #expect(rows.allSatisfy { $0.count < columns })
        }
    }

    @Test("results and errors keep their order where both go into one pipe")
    func order() throws {
        try withTemporaryFolder { folder in
            let image = folder.appending(path: "p/imagesTr/phantom0000_0000.nii.gz").path
            _ = try Program.run(
                "phantom", folder.appending(path: "p").path, "--cases", "1", "--size", "16")
            let process = Process()
            let both = Drain()
            process.executableURL = Program.url
            process.arguments = ["info", image, folder.appending(path: "none.nii").path, image]
            try process.run(output: both, errors: both)
            process.waitUntilExit()
            let text = both.text
            let places = [image, "Error: ", image].reduce(into: [String.Index]()) { found, words in
                let start = found.last.map { text.index(after: $0) } ?? text.startIndex
                if let range = text.range(of: words, range: start..<text.endIndex) {
                    found.append(range.lowerBound)
                }
            }
            #expect(places.count == 3 && text.hasPrefix(image), "\(text)")
        }
    }
}

@Suite("A training that stands still")
struct StallWatchTests {
    /// The warnings after each look, which are `elapsed` apart and see a count of steps.
    private func said(_ looks: some Sequence<(count: Int, elapsed: Double)>) -> [Int: Double] {
        var clock = StallClock(interval: 10, limit: 60)
        var said: [Int: Double] = [:]
        for (index, look) in looks.enumerated() {
            said[index] = clock.tick(count: look.count, elapsed: look.elapsed)
        }
        return said
    }

    @Test("it is said after the limit, then after twice and four times as long")
    func growing() {
        let looks = (0...30).map { _ in (count: 5, elapsed: 10.0) }
        #expect(said(looks) == [6: 60, 12: 120, 24: 240])
    }

    @Test("any progress starts the time again")
    func progress() {
        let looks = (0...30).map { (count: $0 < 20 ? $0 / 5 : 4, elapsed: 10.0) }
        #expect(said(looks) == [26: 60])
    }

    @Test("time in which the process was stopped does not count")
    func stopped() {
        let looks = [(count: 1, elapsed: 10.0), (1, 10), (1, 100_000), (1, 10), (1, 10), (1, 10)]
        #expect(said(looks.dropLast()).isEmpty)
        #expect(said(looks) == [5: 60], "of the long wait twice the interval counts")
    }

    @Test("a watch on a real clock says what the training waits for")
    func watch() async throws {
        let tracker = ActivityTracker()
        tracker.advance(to: .waitingForBatch)
        let lines = Lines()
        let watch = StallWatch(tracker, interval: 0.01, limit: 0.05) { lines.add($0) }
        while lines.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        withExtendedLifetime(watch) {}
        #expect(
            lines.all[0].hasPrefix(
                "Warning: no progress for 0 minutes while waiting for the next batch"))
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock(\.self) }

        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }
}
