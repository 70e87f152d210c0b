import Foundation
import SegNASDatasets
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Validation and test of training runs")
struct ValidationTests {
    @Test("label maps less than half a voxel off are trained with, and evaluated")
    func shifted() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 1
            let expected = try scene.train("straight")
            for number in 0..<8 {
                let file = scene.path("data/labelsTr/phantom000\(number).nii.gz")
                let labels = try Volume(contentsOf: file)
                var geometry = labels.geometry
                geometry.affine.origin.x += 0.4 * geometry.spacing.x
                try Volume(labels.samples, geometry: geometry).write(to: file, replacing: true)
            }
            let result = try scene.train()
            #expect(result.test?.foreground[.dice] == expected.test?.foreground[.dice])
        }
    }

    @Test("voxels to ignore do not enter validation")
    func ignored() throws {
        try TrainingScene.with { scene in
            let description = scene.path("data/dataset.json")
            let text = try String(contentsOfFile: description, encoding: .utf8)
            try text.replacing("\"background\"", with: "\"ignore\": 3, \"background\"").write(
                toFile: description, atomically: true, encoding: .utf8)
            for number in 0..<8 {
                let file = scene.path("data/labelsTr/phantom000\(number).nii.gz")
                let labels = try Volume(contentsOf: file)
                var values = labels.samples.withValues(as: UInt8.self) { Array($0) }
                for voxel in 0..<values.count / 2 { values[voxel] = 3 }
                try Volume(Samples(values), geometry: labels.geometry).write(
                    to: file, replacing: true)
            }
            let pairs = try Self.diceOnBothGrids(scene, epochs: 3)
            #expect(pairs.allSatisfy { abs($0 - $1) < 0.02 && $0 > 0.05 }, "\(pairs)")
        }
    }

    @Test("validation on the original grid is that of the files, and near that on the prepared one")
    func original() throws {
        try TrainingScene.with { scene in
            let pairs = try Self.diceOnBothGrids(scene, epochs: 2)
            #expect(pairs.allSatisfy { abs($0 - $1) < 0.02 }, "\(pairs)")
            #expect(pairs.allSatisfy { $0.0 > 0.05 }, "\(pairs)")
        }
    }

    /// The validation Dice of each epoch on the prepared grid and, by `Imaging`, on that of the files.
    ///
    /// Phantoms of 16³ need no resampling: the grids are the same but for their order.
    private static func diceOnBothGrids(
        _ scene: TrainingScene, epochs: Int
    ) throws -> [(Double, Double)] {
        var scene = scene
        scene.options.epochs = epochs
        let prepared = try scene.train()
        scene.options.validationGrid = .original
        let original = try scene.train("original")
        return zip(prepared.epochs, original.epochs).map {
            ($0.validation?.mean ?? 0, $1.validation?.mean ?? 0)
        }
    }

    @Test("labels are weighted without the voxels to ignore")
    func frequencies() {
        let ignore = LabelTable.ignoredClass
        let cases = [
            PreparedCase.example(
                "a", size: [2, 2, 1], image: [0, 0, 0, 0], labels: [0, 1, ignore, 1]),
            PreparedCase.example(
                "b", size: [2, 1, 1], image: [0, 0], labels: [2, ignore]),
        ]
        #expect(labelFrequencies(cases, classes: 3) == [1, 2, 1])
    }
}
