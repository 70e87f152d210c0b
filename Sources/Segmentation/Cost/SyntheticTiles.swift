internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASRandomness
package import SegNASSearch
package import SegNASTorch

/// A prediction tile by tile of an image of noise, to measure its pace and memory without a model.
package struct SyntheticTiles {
    private let image: PreparedCase
    private let classes: Int
    private let window: SlidingWindow
    private let scores: (Tensor) throws -> Tensor

    /// What a prediction has taken.
    package struct Cost {
        package var seconds: Double
        /// Of these, those in which the network was at work.
        package var networkSeconds: Double
        package var calls: Int
    }

    /// A prediction by a network, or, with no plan, by a stand-in that takes no time and gives scores of noise.
    ///
    /// The sizes of the image and of a tile are along x, y and z; `scoreBytes` are for sums of probabilities. The
    /// network computes on `device`.
    package init(
        _ plan: NetworkPlan?, classes: Int, size: SIMD3<Int>, patch: SIMD3<Int>,
        precision: Precision, scoreBytes: Int, threads: Int, device: Device = .cpu
    ) throws {
        var generator = SeededGenerator(seed: 0)
        let voxels = size.x * size.y * size.z
        let noise = Samples(count: voxels) { (values: UnsafeMutableBufferPointer<Float>) in
            for index in values.indices {
                values[index] = Float(generator.next() >> 40) * 0x1p-23 - 1
            }
        }
        image = PreparedCase(identifier: "noise", size: size, image: noise)
        self.classes = classes
        window = SlidingWindow(patch: patch, scoreBytes: scoreBytes, threads: threads)
        if let plan {
            let pass = ForwardPass(
                network: try Network(plan, device: device, using: &generator), device: device,
                dtype: precision.dtype(on: device))
            scores = { images in
                let scores = try pass(images)
                try device.synchronize()
                return scores
            }
        } else {
            let values = (0..<classes * patch.x * patch.y * patch.z).map { _ in
                Float(generator.next() >> 40) * 0x1p-22
            }
            let made = try Tensor(values, shape: [1, classes, patch.z, patch.y, patch.x])
            scores = { _ in made }
        }
    }

    /// Finds the most probable classes on the image's own grid.
    package func run() throws -> Cost {
        var cost = Cost(seconds: 0, networkSeconds: 0, calls: 0)
        let member = EnsembleMember(number: 0) { images in
            let start = ContinuousClock.now
            defer { cost.networkSeconds += (ContinuousClock.now - start) / .seconds(1) }
            cost.calls += 1
            return try scores(images)
        }
        let start = ContinuousClock.now
        _ = try window.classes(
            of: image, labels: classes, by: [member],
            on: GridMap(from: image.size, to: image.size))
        cost.seconds = (ContinuousClock.now - start) / .seconds(1)
        return cost
    }
}
