import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Training on several devices")
struct SeveralDevicesTests {
    /// A training of 20 steps on random images of 8³ voxels, on so many devices, all of them the CPU.
    private func train(
        _ architecture: Architecture, devices: Int, images: Int = 5, regions: [[UInt8]]? = nil,
        _ change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> (losses: [Double], weights: [String: [Double]]) {
        var options = TrainingOptions()
        options.precision = .float32
        options.syncNorm = true
        options.batchSize = images
        change(&options)
        // Volumes are too small to be shared among threads.
        let threads = CPU.threads
        try CPU.setThreads(1)
        defer { try? CPU.setThreads(threads) }
        let plan = try NetworkPlan(
            architecture, channels: 2, classes: regions?.count ?? 3,
            levels: Pyramid(poolings: architecture.poolings))
        let session = try TrainingSession(
            plan, options, labelFrequencies: [4, 2, 1], regions: regions,
            devices: Array(repeating: .cpu, count: devices))
        var losses: [Double] = []
        for step in 0..<20 {
            let before = session.state.sums.loss
            try session.step(try batch(step, images: options.batchSize), stepsPerEpoch: 20)
            losses.append(session.state.sums.loss - before)
        }
        var weights: [String: [Double]] = [:]
        for (name, tensor) in try session.tensors() {
            weights[name] = try tensor.cast(to: .float64).array(of: Double.self)
        }
        return (losses, weights)
    }

    /// Images of two channels of noise around the label of their voxels; a few voxels are ignored, more in the first
    /// images.
    private func batch(_ step: Int, images: Int) throws -> Batch {
        var generator = SystemSeeded(state: UInt64(step + 1))
        var (values, labels): ([Float], [UInt8]) = ([], [])
        for image in 0..<images {
            for _ in 0..<512 {
                values.append(Float.random(in: -0.5...0.5, using: &generator))
            }
            for voxel in 0..<512 {
                let label = UInt8((voxel / 64 + image + voxel % 8 / 3) % 3)
                values.append(Float(label) + Float.random(in: -0.5...0.5, using: &generator))
                labels.append(Int.random(in: 0..<40, using: &generator) < 4 - image ? 255 : label)
            }
        }
        return Batch(
            images: try Tensor(values, shape: [images, 2, 8, 8, 8]).laidOut(in: .channelsLast),
            labels: try Tensor(labels, shape: [images, 8, 8, 8]),
            cases: (0..<images).map { "\($0)" },
            position: BatchPosition(epoch: 0, batch: step))
    }

    private struct SystemSeeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// Fails where losses, weights, running statistics, the optimizer's state or averages are not those of one device.
    private func expectWhole(
        _ architecture: Architecture, devices: [Int] = [2, 3], images: Int = 5,
        regions: [[UInt8]]? = nil, without excepted: String? = nil, tolerance: Double = 1e-5,
        _ change: (inout TrainingOptions) -> Void = { _ in }
    ) throws {
        let whole = try train(
            architecture, devices: 1, images: images, regions: regions, change)
        for count in devices {
            let parts = try train(
                architecture, devices: count, images: images, regions: regions, change)
            #expect(relativeError(parts.losses, whole.losses) < 1e-5)
            #expect(parts.weights.keys == whole.weights.keys)
            for (kind, values) in groups(whole.weights, without: excepted) {
                let own = groups(parts.weights, without: excepted)[kind] ?? []
                let error = relativeError(own, values)
                // Momenta are sums of gradients, of which weights take a small part.
                let factor = kind.hasPrefix("optimizer") ? 10.0 : 1
                #expect(error < factor * tolerance, "\(kind) on \(count) devices")
            }
        }
    }

    /// All values of a kind: weights, averages, momenta.
    ///
    /// Rounding decides on which side of a rectifier's bend a voxel lies: the gradient of a small parameter may change
    /// by more than 10⁻⁵ of itself, and not of the largest.
    private func groups(
        _ tensors: [String: [Double]], without excepted: String?
    ) -> [String: [Double]] {
        var groups: [String: [Double]] = [:]
        for (name, values) in tensors.sorted(by: { $0.key < $1.key })
        where excepted.map({ !name.contains($0) }) ?? true {
            let parts = name.split(separator: ".")
            let kind =
                parts[0] == "optimizer" ? "optimizer.\(parts[parts.count - 1])" : "\(parts[0])"
            groups[kind, default: []] += values
        }
        return groups
    }

    private static let network = Result {
        Architecture.segnas(
            SegNAS(
                n: 8, p: 1, sup: true, res: true, block: try BlockGraph([2, 6, 1]), dropout: 0.2))
    }

    @Test(
        "after 20 steps all is as on one device with the whole batch",
        arguments: LossFunction.allCases)
    func segnas(_ loss: LossFunction) throws {
        try expectWhole(Self.network.get()) {
            ($0.loss, $0.optimizer) = (loss, .sgd)
            ($0.gradientClipping, $0.weightAveraging) = (0.5, 0.9)
        }
    }

    /// Nadam divides gradients by their size: rounding errors of small ones count as much as those of large ones.
    @Test("and with the paper's optimizer, on the paper's three devices")
    func nadam() throws {
        try expectWhole(Self.network.get(), devices: [3], images: 3, tolerance: 1e-4)
    }

    @Test("on regions too")
    func regions() throws {
        try expectWhole(Self.network.get(), devices: [2], images: 3, regions: [[1, 2], [2]]) {
            $0.optimizer = .sgd
        }
    }

    // Each image is normalized by itself. The biases before that have no gradient but rounding errors.
    @Test("nnU-Net needs no synchronization")
    func nnunet() throws {
        let network = Architecture.nnunet(NNUNet(stages: 2, features: 4))
        try expectWhole(network, devices: [2], images: 3, without: "conv.bias") {
            ($0.optimizer, $0.loss, $0.syncNorm) = (.sgd, .diceCrossEntropy, nil)
        }
    }

    @Test("the baselines' scores and gradients are those of one device", arguments: [0, 1])
    func baselines(_ index: Int) throws {
        let plan: any RunnablePlan =
            index == 0
            ? VNetPlan(channels: 1, classes: 3, topWidth: 2)
            : UNet3DPlan(channels: 1, classes: 3, width: 2)
        var noise = SystemSeeded(state: 3)
        let size = index == 0 ? 32 : 16
        let values = (0..<3 * size * size * size).map { _ in Float.random(in: -1...1, using: &noise)
        }
        let images = try Tensor(values, shape: [3, 1, size, size, size]).laidOut(in: .channelsLast)
        func run(_ devices: Int) throws -> (scores: [Double], gradients: [[Double]]) {
            var generator = SystemSeeded(state: 5)
            let layers = try LayerList(
                plan.layers, isSynchronized: true, device: .cpu, using: &generator)
            let scores = try plan.run(
                ShardedTensor(images, over: Array(repeating: .cpu, count: devices)),
                through: layers, training: true)
            let whole = try Tensor.concatenated(scores.shards, along: 0)
            try (whole * whole).sum().backward()
            let gradients = try layers.weights.parameters.tensors.map {
                try #require(try $0.gradient).values
            }
            return (try whole.values, gradients)
        }
        let whole = try run(1)
        let largest = whole.gradients.joined().map(abs).max() ?? 0
        for devices in [2, 3] {
            let parts = try run(devices)
            #expect(relativeError(parts.scores, whole.scores) < 1e-5)
            for (part, whole) in zip(parts.gradients, whole.gradients) {
                #expect(zip(part, whole).allSatisfy { abs($0 - $1) < 1e-5 * largest })
            }
        }
    }

    @Test("a batch in parts is divided part by part")
    func accumulation() throws {
        try expectWhole(Self.network.get(), devices: [2, 3], images: 6) {
            ($0.accumulation, $0.optimizer) = (2, .sgd)
        }
    }

    @Test("without synchronization statistics are those of each device's images")
    func apart() throws {
        let network = try Self.network.get()
        let whole = try train(network, devices: 1) { $0.optimizer = .sgd }
        let apart = try train(network, devices: 2) { ($0.optimizer, $0.syncNorm) = (.sgd, nil) }
        #expect(relativeError(apart.losses, whole.losses) > 1e-3)
    }

    // MARK: - Runs

    private func scene(
        _ devices: Int, _ body: (TrainingScene) throws -> Void
    ) throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.devices = Array(repeating: .cpu, count: devices)
            try body(scene)
        }
    }

    @Test("ended after any batch and resumed, it ends with the same bytes")
    func resumed() throws {
        try scene(2) { scene in
            var scene = scene
            scene.options.weightAveraging = 0.9
            try scene.train("whole")
            var ends = 0
            while true {
                var batches = 0
                do {
                    _ = try scene.trainer(
                        isEndRequested: { batches > 0 },
                        report: { if case .step = $0 { batches += 1 } }
                    ).train()
                    break
                } catch TrainingError.interrupted {
                    ends += 1
                }
            }
            #expect(ends >= 4)
            #expect(try scene.weights() == scene.weights("whole"))
        }
    }

    /// Ends a run after its first batch.
    private func begin(_ scene: TrainingScene) throws {
        var batches = 0
        let stopped = try scene.trainer(
            isEndRequested: { batches > 0 }, report: { if case .step = $0 { batches += 1 } })
        #expect(throws: TrainingError.interrupted(run: scene.path("run"))) { try stopped.train() }
    }

    @Test("another number of devices is refused where it would change statistics, else remarked on")
    func otherNumber() throws {
        try scene(2) { scene in
            var scene = scene
            try begin(scene)
            scene.devices = [.cpu]
            #expect(
                throws: TrainingError.otherOptions(
                    run: scene.path("run"), ["the number of devices was 2, and is now 1"])
            ) { try scene.train() }
        }
        try scene(2) { scene in
            var scene = scene
            scene.options.syncNorm = true
            try scene.train("whole")
            try begin(scene)
            scene.devices = [.cpu, .cpu, .cpu]
            var remarks: [String] = []
            let result = try scene.trainer(report: {
                if case .remark(let words) = $0 { remarks.append(words) }
            }).train()
            #expect(
                remarks == ["begun on 2 devices, now on 3: the last bits of the result may differ"])
            let whole = try scene.trainer("whole").train()
            #expect(
                relativeError(result.epochs.map(\.loss), whole.epochs.map(\.loss)) < 1e-4)
        }
    }

    @Test(
        "a batch with fewer images than devices is refused, as is a device's part with too few values"
    )
    func tooSmall() throws {
        try scene(4) { scene in
            let sentence =
                "a batch of 3 images cannot be divided among 4 devices: give fewer devices, or a "
                + "`batchSize` of at least 4"
            #expect(throws: TrainingError.options([sentence])) { try scene.train() }
            #expect(!FileManager.default.fileExists(atPath: scene.path("run")))
        }
        var options = TrainingOptions()
        #expect(options.normalizedImages(devices: 3) == 1)
        options.syncNorm = true
        #expect(options.normalizedImages(devices: 3) == 3)
    }

    // MARK: - Memory

    @Test("the memory of a step is predicted within 10 %", arguments: [nil, true])
    func memory(_ syncNorm: Bool?) throws {
        let plan = try NetworkPlan(Self.network.get(), channels: 1, classes: 3)
        var options = TrainingOptions()
        options.precision = .float32
        options.syncNorm = syncNorm
        let predicted = try MemoryPrediction.training(
            of: plan, size: [32, 32, 32], options: options, parts: 3)
        let measured = try TensorMemory.peak {
            try SyntheticTraining(
                plan, size: [32, 32, 32], options: options, devices: [.cpu, .cpu, .cpu]
            ).step()
        }
        let ratio = Double(predicted.bytes) / Double(measured.bytes)
        #expect(abs(ratio - 1) < 0.1, "predicted/measured \(ratio)")
    }

    @Test("what does not fit is refused with what is needed on all devices together")
    func shortage() throws {
        try scene(3) { scene in
            let (need, told) = try scene.refusalOfHalf()
            let shortage = try #require(told)
            // Images cannot be computed one after the other: each device has one.
            #expect(shortage.predicted == need)
            #expect(!shortage.suggestion.contains("`accumulation` 3"))
        }
    }
}
