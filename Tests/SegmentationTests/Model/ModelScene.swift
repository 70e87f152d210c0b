import Datasets
import Foundation
import Randomness
import Search
import TestSupport
import Torch

@testable import Segmentation

/// Small models on disk.
struct ModelScene {
    static let labels = LabelTable(
        foreground: [.init(name: "a", value: 3), .init(name: "b", value: 205)], background: 1,
        ignore: 7)

    static func description(
        size: SIMD3<Int> = [16, 16, 16], channels: [String] = ["T1"], labels: LabelTable = labels
    ) throws -> ModelDescription {
        let block = try BlockGraph([2])
        return ModelDescription(
            architecture: .segnas(SegNAS(n: 4, p: 1, sup: true, res: true, block: block)),
            preparation: try Preparation(
                PreparationOptions(size: size), channels: channels, labels: labels,
                intensities: channels.map { _ in
                    ForegroundIntensities(
                        mean: 12.25, standardDeviation: 0.1, lowerPercentile: -3,
                        upperPercentile: 100.0 / 3)
                }),
            precision: .bfloat16, program: "1.2.3")
    }

    @TensorActor
    static func network(_ description: ModelDescription, seed: UInt64 = 1) throws -> Network {
        var generator = SeededGenerator(seed: seed)
        return try Network(description.plan(), using: &generator)
    }

    @TensorActor
    static func model(_ description: ModelDescription, seed: UInt64 = 1) throws -> Model {
        Model(
            description: description, network: try network(description, seed: seed), device: .cpu)
    }

    @TensorActor
    static func write(_ path: String, seed: UInt64 = 1, replacing: Bool = false) throws {
        let description = try description()
        try Model.write(
            description, weights: network(description, seed: seed).weights.all,
            record: ["epochs": 4], to: path, replacing: replacing)
    }
}
