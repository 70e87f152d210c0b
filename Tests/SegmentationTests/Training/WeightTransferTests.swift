import Foundation
import ModelSupport
import SegNASDatasets
import SegNASRandomness
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Weights of another model")
struct WeightTransferTests {
    private static func table(_ names: [String]) -> LabelTable {
        LabelTable(
            foreground: names.enumerated().map { .init(name: $1, value: $0 + 1) }, background: 0,
            ignore: nil)
    }

    /// A model and a new network of the same architecture for other labels, and what is taken over.
    private func transfer(
        _ architecture: Architecture, from old: [String], to new: [String]
    ) throws -> (model: NamedTensors, fresh: NamedTensors, transfer: WeightTransfer) {
        let model = try ModelScene.model(
            ModelDescription(
                architecture: architecture,
                preparation: Preparation(
                    PreparationOptions(size: [16, 16, 16]), channels: ["T1"],
                    labels: Self.table(old)),
                precision: .float32, program: "test"))
        var generator = SeededGenerator(seed: 9)
        let network = try Network(
            NetworkPlan(architecture, channels: 1, classes: new.count + 1), using: &generator)
        return (
            model.network.weights.all, network.weights.all,
            try WeightTransfer(model, to: network, labels: Self.table(new))
        )
    }

    private static func small() throws -> [Architecture] {
        [
            .segnas(SegNAS(n: 4, p: 2, sup: true, res: true, block: try BlockGraph([2]))),
            .segnas(SegNAS(n: 4, p: 1, sup: false, res: false, block: try BlockGraph([2]))),
            .nnunet(NNUNet(.residual, stages: 3, features: 4)),
        ]
    }

    private func values(_ tensor: Tensor?) throws -> [Float] {
        try #require(tensor).detached().array()
    }

    @Test("the layers of the head are found in every family")
    func heads() throws {
        for architecture in [.unet3d, .vnet, .nnunet(NNUNet())] + (try Self.small()) {
            let plan = try NetworkPlan(architecture, channels: 1, classes: 20)
            let heads = plan.layers.map(\.name).filter { $0.hasPrefix("head") }
            #expect(plan.headNames == heads && !heads.isEmpty, "\(plan.headNames)")
        }
    }

    @Test("with the same labels all is taken over")
    func same() throws {
        for architecture in try Self.small() {
            let (model, _, transfer) = try transfer(
                architecture, from: ["a", "b"], to: ["a", "b"])
            #expect(transfer.taken == model.names.count)
            #expect(transfer.words == "\(transfer.taken) of \(transfer.taken) tensors")
            for name in model.names {
                #expect(try values(model[name]) == values(transfer.weights[name]))
            }
        }
    }

    @Test("a new head has the rows of labels of the same name, and its own for others")
    func other() throws {
        for architecture in try Self.small() {
            let (model, fresh, transfer) = try transfer(
                architecture, from: ["a", "b", "c"], to: ["new", "c", "a", "more"])
            // The model's class of each class; nil for those that it does not have.
            let rows: [Int?] = [0, nil, 3, 1, nil]
            var heads = 0
            for (name, tensor) in fresh {
                let found = try values(transfer.weights[name])
                guard name.hasPrefix("head") else {
                    #expect(try found == values(model[name]))
                    continue
                }
                heads += 1
                #expect(transfer.weights[name]?.shape == tensor.shape)
                let (old, own) = (try values(model[name]), try values(tensor))
                let width = own.count / 5
                for (row, source) in rows.enumerated() {
                    let part = found[row * width..<(row + 1) * width]
                    let expected =
                        source.map { old[$0 * width..<($0 + 1) * width] }
                        ?? own[row * width..<(row + 1) * width]
                    #expect(Array(part) == Array(expected))
                }
            }
            let all = model.names.count
            #expect(transfer.taken == all - heads)
            #expect(
                transfer.words
                    == "\(all - heads) of \(all) tensors; a new head: 4 labels instead of 3, of which "
                    + "those of the background, c, a are taken over too")
        }
    }

    @Test("labels of other names or in another order are another head")
    func names() throws {
        let architecture = try Self.small()[1]
        let turned = try transfer(architecture, from: ["a", "b"], to: ["b", "a"]).transfer
        #expect(turned.words.contains("a new head: 2 labels, as many as before, of which those of"))
        let none = try transfer(architecture, from: ["a", "b"], to: ["x"]).transfer
        #expect(
            none.words.hasSuffix(
                "a new head: 1 label instead of 2, of which that of the background is taken over too"
            ))
    }
}
