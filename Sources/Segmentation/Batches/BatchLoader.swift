public import SegNASDatasets
internal import SegNASHost
internal import SegNASRandomness
internal import SegNASTorch

/// Batches of prepared cases, in order, made ahead of time in the background.
///
/// ```swift
/// let loader = try BatchLoader(cases, options, epochs: 100)
/// while let batch = try loader.next() {
///     …
/// }
/// print("waited for data: \(loader.waitSeconds) s")
/// ```
///
/// A batch depends on cases, options and its position alone: not on threads, nor on where the loader began. Background
/// threads only fill memory; tensors are made on the thread that calls ``next()``.
public final class BatchLoader {
    /// The position of the next batch, which a checkpoint keeps and gives as `startingAt`.
    public var position: BatchPosition { order.position(of: index) }
    public var batchesPerEpoch: Int { order.batchesPerEpoch }
    /// Seconds that callers of ``next()`` have waited for batches so far.
    public private(set) var waitSeconds = 0.0

    private let order: EpochOrder
    private let end: Int
    private var index: Int
    private let source: Source

    private enum Source {
        case background(Prefetcher<MadeBatch>)
        case here(BatchMaker)
    }

    /// Loads batches from a position to the end of the last of `epochs` epochs; without end if nil.
    ///
    /// - Throws: ``BatchError`` with all faults of cases and options.
    public init(
        _ cases: [PreparedCase], _ options: BatchOptions,
        startingAt position: BatchPosition = BatchPosition(epoch: 0), epochs: Int? = nil
    ) throws(BatchError) {
        let faults = options.faults + PreparedCase.faults(cases)
        guard faults.isEmpty else { throw BatchError(faults: faults) }
        order = EpochOrder(
            cases: cases.count, batchSize: options.batchSize, isShuffled: options.isShuffled,
            seed: options.seed)
        index = order.index(of: position)
        end = epochs.map { [order] in $0 * order.batchesPerEpoch } ?? .max
        let maker = BatchMaker(cases: cases, order: order, options: options)
        guard options.threads > 0 else {
            source = .here(maker)
            return
        }
        source = .background(
            Prefetcher(
                index..<max(index, end), ahead: options.ahead, threads: options.threads,
                make: maker.make))
    }

    /// The next batch; nil after the last epoch.
    ///
    /// - Throws: The error in making it, and the same again from then on.
    public func next() throws -> Batch? {
        guard index < end else { return nil }
        let start = ContinuousClock.now
        let made =
            switch source {
            case .background(let maker): try maker.take()
            case .here(let maker): try maker.make(index)
            }
        waitSeconds += (ContinuousClock.now - start) / .seconds(1)
        let tensors = try made.memory.tensors()
        defer { index += 1 }
        return Batch(
            images: tensors.images, labels: tensors.labels, cases: made.cases, position: position)
    }
}

/// The order of cases in the batches of each epoch.
struct EpochOrder: Sendable {
    var cases: Int
    var batchSize: Int
    var isShuffled: Bool
    var seed: UInt64

    var batchesPerEpoch: Int { (cases + batchSize - 1) / batchSize }

    /// Cases by their numbers, with their places in the epoch.
    ///
    /// A shuffled last batch is filled from the next epochs' shuffles, which still begin from their start; in the order
    /// given it stays smaller.
    func batch(at position: BatchPosition) -> [(place: Int, number: Int)] {
        let first = position.batch * batchSize
        guard isShuffled else {
            return (first..<min(first + batchSize, cases)).map { ($0, $0) }
        }
        var orders: [Int: [Int]] = [:]
        return (first..<first + batchSize).map { place in
            let epoch = position.epoch + place / cases
            let order = orders[epoch] ?? shuffle(epoch)
            orders[epoch] = order
            return (place, order[place % cases])
        }
    }

    private func shuffle(_ epoch: Int) -> [Int] {
        var generator = SeededGenerator(seed: seed, path: Path.order, UInt64(epoch))
        return (0..<cases).shuffled(using: &generator)
    }

    /// The generator for one case's augmentation, independent of all other draws.
    func generator(epoch: Int, place: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, path: Path.augmentation, UInt64(epoch), UInt64(place))
    }

    /// Streams of random numbers from the seed.
    private enum Path {
        static let order: UInt64 = 0
        static let augmentation: UInt64 = 1
    }

    /// The number of a batch in the whole sequence, and back.
    func index(of position: BatchPosition) -> Int {
        position.epoch * batchesPerEpoch + position.batch
    }

    func position(of index: Int) -> BatchPosition {
        BatchPosition(epoch: index / batchesPerEpoch, batch: index % batchesPerEpoch)
    }
}
