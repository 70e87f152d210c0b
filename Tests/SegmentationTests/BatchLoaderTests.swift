import Foundation
import SegNASImaging
import SegNASTorch
import Synchronization
import Testing

@testable import SegNASDatasets
@testable import SegNASSegmentation

@TensorActor
@Suite("Batch loader")
struct BatchLoaderTests {
    /// All that a batch holds, to be compared bit by bit.
    private struct Content: Equatable {
        var images: [Float]
        var labels: [UInt8]
        var cases: [String]
        var position: BatchPosition

        init(_ batch: Batch) throws {
            images = try batch.images.array()
            labels = try batch.labels.array()
            cases = batch.cases
            position = batch.position
        }
    }

    private func contents(_ loader: BatchLoader, most: Int = .max) throws -> [Content] {
        var found: [Content] = []
        while found.count < most, let batch = try loader.next() { found.append(try Content(batch)) }
        return found
    }

    private func options(
        _ batchSize: Int, threads: Int = 1, ahead: Int = 2
    ) -> BatchOptions {
        BatchOptions(
            batchSize: batchSize, augmentation: .everything, isShuffled: true, seed: 5,
            threads: threads, ahead: ahead)
    }

    @Test("batches do not depend on threads", arguments: [1, 2])
    func threads(channels: Int) throws {
        let cases = PreparedCase.examples(7, channels: channels)
        let here = try contents(BatchLoader(cases, options(3, threads: 0), epochs: 3))
        #expect(here.count == 9)
        for (threads, ahead) in [(1, 1), (1, 2), (2, 2), (3, 5), (4, 1)] {
            let loader = try BatchLoader(
                cases, options(3, threads: threads, ahead: ahead), epochs: 3)
            #expect(try contents(loader) == here)
        }
        #expect(Set(here.map(\.images)).count == 9)
    }

    @Test("a restored position continues as if never stopped", arguments: [0, 1, 2])
    func restores(threads: Int) throws {
        let cases = PreparedCase.examples(5)
        let whole = try contents(BatchLoader(cases, options(2, threads: threads), epochs: 4))
        let first = try BatchLoader(cases, options(2, threads: threads), epochs: 4)
        let before = try contents(first, most: 5)
        #expect(first.position == BatchPosition(epoch: 1, batch: 2))
        let second = try BatchLoader(
            cases, options(2, threads: threads), startingAt: first.position, epochs: 4)
        #expect(try before + contents(second) == whole)
        // Beyond the end there is nothing.
        let last = try BatchLoader(
            cases, options(2, threads: threads), startingAt: BatchPosition(epoch: 4), epochs: 4)
        #expect(try last.next() == nil)
    }

    @Test("an epoch has every case; the last batch is filled from the next shuffle")
    func epochs() throws {
        var options = options(4)
        options.augmentation = nil
        let all = try contents(BatchLoader(PreparedCase.examples(10), options, epochs: 20))
        #expect(all.count == 60 && all.allSatisfy { $0.cases.count == 4 })
        let epochs = stride(from: 0, to: 60, by: 3).map { all[$0..<$0 + 3].flatMap(\.cases) }
        for (epoch, next) in zip(epochs, epochs.dropFirst()) {
            #expect(Set(epoch.prefix(10)).count == 10)
            #expect(epoch.suffix(2) == next.prefix(2))
        }
        #expect(Set(epochs).count == 20)
        options.seed = 6
        let other = try contents(BatchLoader(PreparedCase.examples(10), options, epochs: 1))
        #expect(other.flatMap(\.cases) != epochs[0])
    }

    @Test("one case, and batches larger than all cases", arguments: [1, 2, 3])
    func fewCases(count: Int) throws {
        let batches = try contents(
            BatchLoader(PreparedCase.examples(count), options(7), epochs: 2))
        #expect(batches.count == 2)
        for batch in batches {
            #expect(batch.cases.count == 7 && Set(batch.cases).count == count)
            #expect(batch.images.count == 7 * 120)
        }
        // The same case twice in a batch is augmented differently.
        #expect(batches[0].images.prefix(120) != batches[0].images.suffix(120))
    }

    @Test("evaluation takes every case once, in order and unchanged", arguments: [1, 2])
    func evaluation(channels: Int) throws {
        let cases = PreparedCase.examples(5, channels: channels)
        let loader = try BatchLoader(cases, .evaluation(batchSize: 2), epochs: 1)
        let batches = try contents(loader)
        #expect(batches.map(\.cases) == [["case0", "case1"], ["case2", "case3"], ["case4"]])
        let images = batches.flatMap(\.images)
        let labels = batches.flatMap(\.labels)
        #expect(
            images == cases.flatMap { $0.image.withValues(as: Float.self) { Array($0) } })
        #expect(
            labels == cases.flatMap { $0.labels?.withValues(as: UInt8.self) { Array($0) } ?? [] })
    }

    @Test("tensors are laid out as training wants them", arguments: [1, 3])
    func layout(channels: Int) throws {
        let loader = try BatchLoader(
            PreparedCase.examples(4, channels: channels), options(2), epochs: 1)
        let batch = try #require(try loader.next())
        #expect(batch.images.shape == [2, channels, 4, 5, 6] && batch.images.dtype == .float32)
        #expect(batch.images.isLaidOut(in: .channelsLast))
        #expect(batch.labels.shape == [2, 4, 5, 6] && batch.labels.dtype == .uint8)
        #expect(batch.labels.isLaidOut(in: .contiguous))
    }

    @Test("a batch outlives its loader")
    func lifetime() throws {
        var loader: BatchLoader? = try BatchLoader(PreparedCase.examples(4), options(2))
        let batch = try #require(try loader?.next())
        let content = try Content(batch)
        loader = nil
        #expect(try Content(batch) == content)
    }

    @Test("endless loaders stop when they are let go", arguments: [1, 2, 5])
    func stops(threads: Int) throws {
        for taken in 0..<4 {
            let loader = try BatchLoader(PreparedCase.examples(3), options(2, threads: threads))
            #expect(try contents(loader, most: taken).count == taken)
        }
    }

    @Test("faults of cases and options are all named")
    func faults() throws {
        let cases =
            PreparedCase.examples(1)
            + [.example("odd", size: [6, 5, 3]) { _ in 0 }]
            + [
                PreparedCase(
                    identifier: "bare", size: [6, 5, 4], image: PreparedCase.examples(1)[0].image,
                    labels: nil)
            ]
        var options = options(0)
        options.augmentation?.noise?.probability = -1
        let error = BatchError(faults: [
            "batch size 0 is not positive",
            "augmentation: noise: probability -1.0 is not between 0 and 1",
            "case odd has 6x5x3 voxels in 1 channel(s), case0 6x5x4 voxels in 1 channel(s): "
                + "prepare all cases with the same options",
            "case bare has no labels",
        ])
        #expect(throws: error) { try BatchLoader(cases, options) }
        #expect(throws: BatchError(faults: ["there are no cases"])) {
            try BatchLoader([], .evaluation(batchSize: 1))
        }
    }

    @Test("waiting is measured")
    func waiting() throws {
        let loader = try BatchLoader(PreparedCase.examples(4), options(2, threads: 0), epochs: 2)
        _ = try contents(loader)
        #expect(loader.waitSeconds > 0 && loader.waitSeconds < 10)
    }
}

@Suite("Background maker", .timeLimit(.minutes(5)))
struct PrefetcherTests {
    struct Failure: Error, Equatable {
        var number: Int
    }

    @Test("a failure comes in its turn, and again", arguments: [1, 3])
    func failure(threads: Int) throws {
        let maker = Prefetcher(0..<100, ahead: 4, threads: threads) { number in
            if number == 5 { throw Failure(number: number) }
            return number
        }
        for number in 0..<5 { #expect(try maker.take() == number) }
        for _ in 0..<3 { #expect(throws: Failure(number: 5)) { try maker.take() } }
    }

    @Test("never more than `ahead` are made before they are taken", arguments: [1, 2, 7])
    func bound(ahead: Int) throws {
        let made = Counter()
        let maker = Prefetcher(0..<30, ahead: ahead, threads: 3) { number in
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
