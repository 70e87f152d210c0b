public import SegNASDatasets
import SegNASRandomness
public import SegNASSearch
public import SegNASSegmentation
public import SegNASTorch

/// Small networks that together have everything a network can be made of.
public struct ExportZoo: Sendable, CustomStringConvertible {
    public let name: String
    public let architecture: Architecture
    public var levels: Pyramid?
    public var channels = 1
    public var labels = ModelScene.labels

    public var description: String { name }

    private static func segnas(
        _ name: String, _ operations: [Int], p: Int = 2, sup: Bool = false, res: Bool = false
    ) -> ExportZoo {
        guard let block = try? BlockGraph(operations) else {
            preconditionFailure("\(operations) are no block")
        }
        return ExportZoo(
            name: name,
            architecture: .segnas(SegNAS(n: 4, p: p, sup: sup, res: res, block: block)))
    }

    /// Thick slices: z is halved once, and kernels are flat at the top.
    private static func flat(poolings: Int) -> Pyramid {
        Pyramid(spacing: [1, 1, 3], size: [64, 64, 16], poolings: poolings)
    }

    private static let regions = LabelTable(
        regions: [
            .init(name: "whole", values: [1, 2, 4], value: 2),
            .init(name: "core", values: [1, 4], value: 1),
            .init(name: "enhancing", values: [4], value: 4),
        ], background: 0)

    public static let all: [ExportZoo] = {
        var zoo = (1...5).map { segnas("operation \($0)", [$0], sup: $0 > 3, res: $0 == 2) }
        zoo += [
            segnas("skip", [6, 2, 2]),
            segnas("skip with res", [6], p: 1, res: true),
            segnas("three nodes", [2, 6, 4], sup: true, res: true),
            segnas("four nodes", [2, 6, 0, 4, 1, 5], p: 3, sup: true, res: true),
            segnas("five nodes", [2, 0, 6, 1, 3, 2, 0, 1, 2, 6], sup: true),
        ]
        var flat = segnas("flat kernels", [3, 6, 4], p: 3, sup: true, res: true)
        flat.levels = Self.flat(poolings: 3)
        var regions = segnas("regions", [2], sup: true)
        regions.labels = Self.regions
        regions.channels = 4
        var plain = ExportZoo(
            name: "nnunet", architecture: .nnunet(NNUNet(.plain, stages: 3, features: 4)))
        plain.channels = 2
        var residual = ExportZoo(
            name: "nnunet-resenc", architecture: .nnunet(NNUNet(.residual, stages: 4, features: 4)))
        residual.levels = Self.flat(poolings: 3)
        var vnet = ExportZoo(name: "vnet", architecture: .vnet)
        vnet.channels = 3
        return zoo + [
            flat, regions, plain, residual, ExportZoo(name: "unet3d", architecture: .unet3d), vnet,
        ]
    }()

    /// The model with random weights, and the running statistics of random images.
    @TensorActor
    public func model(seed: UInt64 = 1) throws -> Model {
        let description = ModelDescription(
            architecture: architecture, levels: levels,
            preparation: try Preparation(
                PreparationOptions(size: [24, 24, 24], fit: .pad),
                channels: (0..<channels).map { "T\($0)" }, labels: labels),
            precision: .float32, program: "1.2.3")
        let model = try ModelScene.model(description, seed: seed)
        var generator = SeededGenerator(seed: seed)
        for (name, tensor) in model.network.weights.all {
            let range: ClosedRange<Double>
            switch name.split(separator: ".").suffix(2).joined(separator: ".") {
            case "norm.weight": range = 0.7...1.3
            case "norm.bias", "conv.bias": range = -0.2...0.2
            default:
                guard name.hasSuffix("slopes") else { continue }
                range = 0.1...0.4
            }
            let values = (0..<tensor.count).map { _ in Float(generator.uniform(in: range)) }
            try tensor.assign(Tensor(values, shape: tensor.shape))
        }
        // Running statistics near those of the activations, as training leaves them: with any others scores grow from
        // level to level, and the least rounding with them.
        for _ in 0..<40 {
            let values = (0..<channels * 24 * 24 * 24).map { _ in Float(generator.normal()) }
            let image = try Tensor(values, shape: [1, channels, 24, 24, 24])
            _ = try withoutGradients { try model.network(image, training: true) }
        }
        return model
    }
}
