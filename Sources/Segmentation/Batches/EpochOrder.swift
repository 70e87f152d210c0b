internal import SegNASRandomness

/// Which cases make up which batch.
struct EpochOrder: Sendable {
    var cases: Int
    var batchSize: Int
    var isShuffled: Bool
    var seed: UInt64

    var batchesPerEpoch: Int { (cases + batchSize - 1) / batchSize }

    /// Cases by their numbers, with their places in the epoch.
    ///
    /// A last batch that would be smaller is filled from the next epochs' shuffles, which begin anew all the same; in
    /// the order given it stays smaller.
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

    /// Draws one case's augmentation: its own, whatever was drawn before.
    func generator(epoch: Int, place: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, path: Path.augmentation, UInt64(epoch), UInt64(place))
    }

    /// What is drawn from the seed.
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
