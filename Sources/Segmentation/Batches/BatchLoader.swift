public import SegNASDatasets
internal import SegNASHost
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
    /// Where the next batch is: what a checkpoint keeps, to be given as `startingAt`.
    public var position: BatchPosition { order.position(of: index) }
    public var batchesPerEpoch: Int { order.batchesPerEpoch }
    /// How long the callers of ``next()`` have waited for batches so far.
    public private(set) var waitSeconds = 0.0

    private let order: EpochOrder
    private let end: Int
    private var index: Int
    private let source: Source

    private enum Source {
        case background(BackgroundMaker<MadeBatch>)
        case here(BatchMaker)
    }

    /// Batches from a position to the end of the last of so many epochs; without end where `epochs` is nil.
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
            BackgroundMaker(
                index..<max(index, end), ahead: options.ahead, threads: options.threads,
                make: maker.make))
    }

    /// The next batch; nil after the last epoch.
    ///
    /// - Throws: What went wrong while it was made, and the same again from then on.
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
