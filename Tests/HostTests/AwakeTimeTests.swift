import Testing

@testable import SegNASHost

@Suite("A clock that stands still with its process")
struct AwakeTimeTests {
    @Test(
        "long gaps between looks do not count",
        arguments: [
            ([0.5, 1, 1.5], 1.5), ([0.5, 4.5], 4.5),
            // Asleep for an hour.
            ([0.5, 3600.5, 3601], 1.5),
            // A clock that goes back counts as nothing.
            ([2, 1, 3], 3), ([], 0),
        ] as [([Double], Double)])
    func gaps(_ looks: [Double], _ seconds: Double) {
        var time = AwakeTime(at: 0)
        for look in looks { time.advance(to: look) }
        #expect(abs(time.seconds - seconds) < 1e-9)
    }

    @Test("where nobody looks in between, all of the time counts")
    func alone() {
        var time = AwakeTime(at: 10)
        time.advance(to: 3610, countsAll: true)
        #expect(time.seconds == 3600)
    }
}
