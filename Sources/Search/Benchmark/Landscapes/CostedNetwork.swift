internal import SegNASRandomness

/// The images and the batch for which the networks of a benchmark are planned.
package struct ImageTask: Hashable, Sendable {
    /// Voxels along each axis.
    package let size: Int
    package let channels: Int
    /// Labels, background included.
    package let classes: Int
    /// Images of a training step.
    package let batch: Int

    package init(size: Int, channels: Int = 1, classes: Int, batch: Int = 3) {
        self.size = size
        self.channels = channels
        self.classes = classes
        self.batch = batch
    }

    /// The images as a model knows them.
    var images: SearchedImages {
        SearchedImages(
            size: SIMD3(repeating: size), channels: channels, classes: classes, batch: batch)
    }
}

/// A network with what is known of it before it is trained: exact, from the plans that the program itself builds.
package struct CostedNetwork: BenchmarkNetwork {
    /// With its block in canonical form.
    package let network: SegNAS
    package let key: UInt64
    package let parameters: Int
    /// Multiply-adds of one image's forward pass.
    package let multiplyAdds: Double
    let structure: BlockStructure
    /// Voxels that influence one voxel of the scores to each side, roughly: the blocks' reach, summed over the levels.
    let reach: Double
    /// Bytes of a training step by a rule of thumb.
    ///
    /// They are 2.5 maps for each layer with weights and those between blocks, and the parameters with gradients and
    /// Adam's two moments. The program measures that with a step of the network; this only has to refuse about as many.
    let memory: Double

    /// Nil for what cannot be trained whatever the memory: an illegal block, too few voxels after the poolings.
    package init?(_ network: SegNAS, for task: ImageTask) {
        guard network.block.isLegal else { return nil }
        let canonical = SegNAS(
            n: network.n, p: network.p, sup: network.sup, res: network.res,
            block: network.block.canonical, dropout: network.dropout)
        let size = SIMD3(repeating: task.size)
        guard
            let plan = try? NetworkPlan(
                .segnas(canonical), channels: task.channels, classes: task.classes),
            (try? plan.check(size: size, batch: task.batch)) != nil,
            case .segnas(let family) = plan.family
        else { return nil }
        self.network = canonical
        key = canonical.key
        parameters = plan.parameters
        multiplyAdds = Double(plan.multiplyAdds(size: size))
        let structure = BlockStructure(canonical.block)
        self.structure = structure
        var (maps, reach) = (0.0, 0.0)
        for (blocks, between) in [(family.encoder, 2.0), (family.decoder, 5.0)] {
            for block in blocks {
                let layers = Double(block.steps.count { $0.layer != nil })
                let voxels = Double(plan.size(atLevel: block.level, of: size).volume)
                maps += voxels * Double(block.outputs) * (2.5 * layers + between)
                reach += Double(structure.reach << block.level)
            }
        }
        self.reach = reach
        memory = 4 * maps + 16 * Double(parameters)
    }
}

extension SegNAS {
    /// A number of the network, the same in every run; two networks share one with a probability of 2⁻⁶⁴.
    fileprivate var key: UInt64 {
        // 7²¹ < 2⁶⁴: seven nodes fit.
        let operations = block.numbers.reduce(UInt64(block.nodes)) { $0 &* 7 &+ UInt64($1) }
        var generator = SeededGenerator(
            seed: UInt64(n), path: UInt64(p), (sup ? 1 : 0) + (res ? 2 : 0), operations)
        return generator.next()
    }
}
