import Foundation
import Synchronization
import Testing

@testable import SegNASSegmentation

@Suite("Background maker", .timeLimit(.minutes(1)))
struct BackgroundMakerTests {
    struct Failure: Error, Equatable {
        var number: Int
    }

    @Test("a failure comes in its turn, and again", arguments: [1, 3])
    func failure(threads: Int) throws {
        let maker = BackgroundMaker(0..<100, ahead: 4, threads: threads) { number in
            if number == 5 { throw Failure(number: number) }
            return number
        }
        for number in 0..<5 { #expect(try maker.take() == number) }
        for _ in 0..<3 { #expect(throws: Failure(number: 5)) { try maker.take() } }
    }

    @Test("never more than `ahead` are made before they are taken", arguments: [1, 2, 7])
    func bound(ahead: Int) throws {
        let made = Counter()
        let maker = BackgroundMaker(0..<30, ahead: ahead, threads: 3) { number in
            made.value.add(1, ordering: .relaxed)
            return number
        }
        for number in 0..<30 {
            if number % 10 == 0 { usleep(20_000) }
            #expect(made.value.load(ordering: .relaxed) <= number + ahead)
            #expect(try maker.take() == number)
        }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}
