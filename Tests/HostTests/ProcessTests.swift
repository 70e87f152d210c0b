import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Threads and processes")
struct ProcessTests {
    @Test(
        "each index is taken once, results keep their order",
        arguments: [(0, 4), (1, 4), (7, 1), (1000, 3), (5, 0)])
    func concurrency(_ count: Int, _ threads: Int) {
        #expect(concurrentMap(count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
        let calls = Mutex<[Int]>([])
        concurrently(count, threads: threads) { index in calls.withLock { $0.append(index) } }
        #expect(calls.withLock { $0.sorted() } == Array(0..<count))
    }

    @Test("the kernel knows this process, and none of a number that it does not give")
    func table() throws {
        let status = try #require(ProcessTable.status(of: getpid()))
        #expect(["R", "S"].contains(status.state) && Int(status.start) != nil)
        #expect(ProcessTable.status(of: 2_000_000_000) == nil)
        #expect(ProcessTable.boot.count == 36)
        #expect(ProcessTable.namespace.hasPrefix("pid:["))
        #expect(!ProcessTable.host.isEmpty)
    }

    @Test("an identity is read as it is written")
    func identity() throws {
        let here = ProcessIdentity.current()
        #expect(here.isAlive == true)
        #expect(ProcessIdentity(here.text) == here)
        #expect("\(here)" == "process \(getpid()) on \(here.host)")
        let fields = here.text.split(separator: " ")
        for text in [
            "", fields.dropLast().joined(separator: " "), here.text + " x", "x" + here.text,
        ] {
            #expect(ProcessIdentity(text) == nil, "\(text)")
        }
        // Of another machine nothing is known, of another start of this one that it has ended.
        for (place, isAlive) in [(4, nil), (3, nil), (2, false), (1, false)] as [(Int, Bool?)] {
            var other = fields.map(String.init)
            other[place] = "other"
            let identity = try #require(ProcessIdentity(other.joined(separator: " ")))
            #expect(identity.isAlive == isAlive, "\(identity.text)")
        }
    }

    @Test("what the shell allows")
    func limits() throws {
        try ProcessLimits.checkThreads(3)
        if let all = ProcessLimits.addressSpace {
            let left = try #require(ProcessLimits.addressSpaceLeft)
            #expect(left.bytes < all.bytes)
        } else {
            #expect(ProcessLimits.addressSpaceLeft == nil)
        }
    }

    @Test(
        "threads that cannot be started, in words",
        arguments: [
            (nil, nil, "the system has no more"),
            (100, nil, "at most 100 processes and threads of this user (ulimit -u) are allowed"),
            (nil, 1 << 30, "at most 1 GiB of addresses (ulimit -v) are allowed"),
            (
                9, 1 << 30,
                "at most 9 processes and threads of this user (ulimit -u) and 1 GiB of addresses "
                    + "(ulimit -v) are allowed"
            ),
        ] as [(Int?, Int?, String)])
    func shortage(_ processes: Int?, _ addresses: Int?, _ cause: String) {
        let shortage = ThreadShortage(
            needed: 8, started: 2, processes: processes,
            addressSpace: addresses.map { ByteCount($0) })
        #expect("\(shortage)".hasPrefix("2 of 8 threads can be started, as \(cause): give fewer"))
    }

    @Test("a clock of work runs while there is work")
    func awake() {
        let before = AwakeClock.seconds
        usleep(50_000)
        let after = AwakeClock.seconds
        #expect(after - before >= 0.05 && after - before < 60)
    }

    @Test("a signal is noticed once the program watches; a reader who goes is none")
    func signals() throws {
        // The tests' own handlers come back.
        let numbers = SignalWatch.signals + [SIGPIPE]
        let before = numbers.map { number in
            var action = sigaction()
            sigaction(number, nil, &action)
            return action
        }
        defer {
            for (number, var action) in zip(numbers, before) { sigaction(number, &action, nil) }
        }
        SignalWatch.start(endsAtSecond: false)
        #expect(!SignalWatch.isEndRequested)
        raise(SIGPIPE)
        #expect(!SignalWatch.isEndRequested)
        raise(SIGUSR1)
        #expect(SignalWatch.isEndRequested)
        SignalWatch.start(endsAtSecond: false)
        #expect(!SignalWatch.isEndRequested)
    }
}

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

    @Test("without a watching thread, all of the time counts")
    func alone() {
        var time = AwakeTime(at: 10)
        time.advance(to: 3610, countsAll: true)
        #expect(time.seconds == 3600)
    }
}
