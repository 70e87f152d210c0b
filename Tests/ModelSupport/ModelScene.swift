public import SegNASDatasets
import SegNASRandomness
import SegNASSearch
public import SegNASSegmentation
public import SegNASTorch

/// Small models for tests.
public enum ModelScene {
    /// Non-consecutive, with a background that is not 0.
    public static let labels = LabelTable(
        foreground: [.init(name: "a", value: 3), .init(name: "b", value: 205)], background: 1,
        ignore: 7)

    public static func description(
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

    /// An untrained network.
    @TensorActor
    public static func model(_ description: ModelDescription, seed: UInt64 = 1) throws -> Model {
        var generator = SeededGenerator(seed: seed)
        return Model(
            description: description,
            network: try Network(description.plan(), using: &generator), device: .cpu)
    }

    /// A network that finds each voxel's class from its intensity: class k where it is nearest to k.
    ///
    /// Its block passes features on, its decoder takes the encoder's, and its head computes k·x − k²/2.
    @TensorActor
    public static func rounding(
        _ preparation: PreparationOptions, labels: LabelTable = labels
    ) throws -> Model {
        let network = SegNAS(
            n: 1, p: 1, sup: false, res: false, block: try BlockGraph([6]), dropout: 0)
        let model = try model(
            ModelDescription(
                architecture: .segnas(network),
                preparation: Preparation(preparation, channels: ["noNorm"], labels: labels),
                precision: .float32, program: "1.2.3"))
        let steps = (0..<labels.classCount).map(Float.init)
        try set(model, "decoder.0", "weight", [0, 0, 1])
        try set(model, "head.0", "weight", steps.map { 10 * $0 })
        try set(model, "head.0", "bias", steps.map { -5 * $0 * $0 })
        return model
    }

    /// Overwrites the one tensor of a kind in a part of a model's network.
    @TensorActor
    public static func set(
        _ model: Model, _ part: String, _ kind: String, _ values: [Float]
    ) throws {
        let found = model.network.weights.all.filter { name, _ in
            name.hasPrefix(part) && name.hasSuffix(kind)
        }
        guard found.count == 1 else { throw NoSuchTensor(part: part, kind: kind) }
        try found[0].value.assign(Tensor(values, shape: found[0].value.shape))
    }

    private struct NoSuchTensor: Error {
        var part: String
        var kind: String
    }

    @TensorActor
    public static func write(_ model: Model, to path: String, replacing: Bool = false) throws {
        try Model.write(
            model.description, weights: model.network.weights.all, record: ["epochs": 4],
            to: path, replacing: replacing)
    }
}
