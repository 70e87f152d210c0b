internal import SegNASDatasets
internal import SegNASTorch

/// A batch before it becomes tensors.
struct MadeBatch: Sendable {
    var memory: BatchMemory
    var cases: [String]
}

/// Makes any batch of the sequence, on any thread.
struct BatchMaker: Sendable {
    var cases: [PreparedCase]
    var order: EpochOrder
    var options: BatchOptions

    func make(_ index: Int) throws -> MadeBatch {
        let position = order.position(of: index)
        let chosen = order.batch(at: position)
        let size = cases[0].size
        let extent = Extent(xyz: size)
        let memory = try BatchMemory(
            count: chosen.count, channels: cases[0].channels, size: extent)
        // Beside a training thread, the kernel keeps to its own thread: a team for each would fight for the cores.
        let maker = SampleMaker(
            channels: memory.channels, size: extent, threads: options.threads > 0 ? 1 : .max)
        for (slot, choice) in chosen.enumerated() {
            let example = cases[choice.number]
            guard let labels = example.labels, let target = memory.target(slot) else { continue }
            try maker.make(
                example.image, labels, sample(position.epoch, choice.place, example), into: target)
        }
        return MadeBatch(memory: memory, cases: chosen.map { cases[$0.number].identifier })
    }

    private func sample(
        _ epoch: Int, _ place: Int, _ example: PreparedCase
    ) -> AugmentationSample {
        guard let augmentation = options.augmentation else { return AugmentationSample() }
        var generator = order.generator(epoch: epoch, place: place)
        return augmentation.draw(
            using: &generator, size: example.size, channels: example.channels)
    }
}
