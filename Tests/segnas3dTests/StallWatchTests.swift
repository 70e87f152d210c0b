import SegNASSegmentation
import Synchronization
import Testing

@testable import segnas3d

@Suite("A training that stands still")
struct StallWatchTests {
    /// The seconds at which something was said, of looks `elapsed` apart with so many beats.
    private func said(_ looks: some Sequence<(beats: Int, elapsed: Double)>) -> [Int: Double] {
        var clock = StallClock(interval: 10, limit: 60)
        var said: [Int: Double] = [:]
        for (index, look) in looks.enumerated() {
            said[index] = clock.tick(beats: look.beats, elapsed: look.elapsed)
        }
        return said
    }

    @Test("it is said after the limit, then after twice and four times as long")
    func growing() {
        let looks = (0...30).map { _ in (beats: 5, elapsed: 10.0) }
        #expect(said(looks) == [6: 60, 12: 120, 24: 240])
    }

    @Test("whatever is done begins anew")
    func progress() {
        let looks = (0...30).map { (beats: $0 < 20 ? $0 / 5 : 4, elapsed: 10.0) }
        #expect(said(looks) == [26: 60])
    }

    @Test("time in which the process was stopped does not count")
    func stopped() {
        let looks = [(beats: 1, elapsed: 10.0), (1, 10), (1, 100_000), (1, 10), (1, 10), (1, 10)]
        #expect(said(looks.dropLast()).isEmpty)
        #expect(said(looks) == [5: 60], "of the long wait twice the interval counts")
    }

    @Test("a watch tells what is waited for, of a real clock")
    func watch() async throws {
        let tracker = ActivityTracker()
        tracker.advance(to: .waitingForBatch)
        let lines = Lines()
        let watch = StallWatch(tracker, interval: 0.01, limit: 0.05) { lines.add($0) }
        while lines.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        withExtendedLifetime(watch) {}
        #expect(
            lines.all[0].hasPrefix(
                "Warning: nothing was done for 0 minutes: the next batch is waited for"))
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock(\.self) }

        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }
}
