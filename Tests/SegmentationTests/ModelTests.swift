import Foundation
import ModelSupport
import SegNASDatasets
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Models on disk")
struct ModelTests {
    @Test("a model comes back as it was", arguments: [["T1"], ["CT", "T2"]])
    func roundTrip(channels: [String]) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model").path
            let description = try ModelScene.description(channels: channels)
            let network = try ModelScene.model(description).network
            try Model.write(
                description, weights: network.weights.all, record: ["epochs": 4], to: path)
            #expect(
                Set(try FileManager.default.contentsOfDirectory(atPath: path)) == [
                    "model.json", "weights.safetensors", "training.json",
                ])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model"])
            let read = try Model(contentsOf: path)
            #expect(read.description == description)
            for (name, tensor) in network.weights.all {
                let other = try #require(read.network.weights.all[name])
                #expect(try other.array(of: Float.self) == tensor.array(of: Float.self))
            }
        }
    }

    @Test("levels are written where not all axes are halved, and read again")
    func levels() throws {
        try withTemporaryFolder { folder in
            @TensorActor
            func written(_ levels: Pyramid, to name: String) throws -> (ModelDescription, String) {
                var description = try ModelScene.description()
                description = ModelDescription(
                    architecture: description.architecture, levels: levels,
                    preparation: description.preparation, precision: .float32, program: "1.2.3")
                let path = folder.appending(path: name).path
                try Model.write(
                    description, weights: ModelScene.model(description).network.weights.all,
                    record: ["epochs": 4], to: path)
                let text = try String(contentsOfFile: path + "/model.json", encoding: .utf8)
                return (try Model(contentsOf: path).description, text)
            }
            let flat = Pyramid(strides: [[2, 2, 1]], kernels: [[3, 3, 1], [3, 3, 3]])
            let (description, text) = try written(flat, to: "flat")
            #expect(try description.levels == flat && description.plan().levels == flat)
            #expect(text.contains("\"levels\"") && text.contains("\"schema\" : 2"))
            let (cubes, cubesText) = try written(Pyramid(poolings: 1), to: "cubes")
            #expect(cubes.levels == nil && !cubesText.contains("levels"))
        }
    }

    @Test("the second stage of a cascade sees a mask of each label, and names its first stage")
    func cascade() throws {
        try withTemporaryFolder { folder in
            let single = try ModelScene.description()
            let description = ModelDescription(
                architecture: single.architecture, preparation: single.preparation,
                firstStage: FirstStage(models: ["abc", "def"]), precision: .float32,
                program: "1.2.3")
            #expect(description.channels == 3 && single.channels == 1)
            let path = folder.appending(path: "model").path
            try Model.write(
                description, weights: ModelScene.model(description).network.weights.all,
                record: ["epochs": 4], to: path)
            #expect(try Model(contentsOf: path).description == description)
            let text = try String(contentsOfFile: path + "/model.json", encoding: .utf8)
            #expect(text.contains("\"schema\" : 4") && text.contains("\"firstStage\""))
            #expect(
                throws: ModelError(file: path, fault: .firstStageMissing)
            ) {
                _ = try ModelEnsemble(of: path)
            }
        }
    }

    @Test("classes are listed with their names and stored values")
    func document() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model").path
            try write(to: path)
            let data = try Data(contentsOf: URL(filePath: path + "/model.json"))
            let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(json["schema"] as? Int == 1)
            let labels = try #require(json["labels"] as? [[String: Any]])
            #expect(labels.map { $0["class"] as? Int } == [0, 1, 2])
            #expect(labels.map { $0["value"] as? Int } == [1, 3, 205])
            #expect(labels.map { $0["name"] as? String } == ["background", "a", "b"])
            #expect(json["precision"] as? String == "bfloat16")
            let text = String(decoding: data, as: UTF8.self)
            #expect(!text.contains(folder.path))
        }
    }

    @Test("a model is replaced on demand only")
    func replacing() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model").path
            try write(seed: 1, to: path)
            let first = try Data(contentsOf: URL(filePath: path + "/weights.safetensors"))
            #expect(throws: ModelError(file: path, fault: .exists)) {
                try write(seed: 2, to: path)
            }
            #expect(try Data(contentsOf: URL(filePath: path + "/weights.safetensors")) == first)
            try write(seed: 2, to: path + "/", replacing: true)
            #expect(try Data(contentsOf: URL(filePath: path + "/weights.safetensors")) != first)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model"])
        }
    }

    @Test("a process killed while it replaced a model leaves one, and its remains are removed")
    func killed() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            let path = folder.appending(path: "model").path
            try write(seed: 1, to: path)
            let first = try Model(contentsOf: path).network.weights.all
            // Between the two renames.
            try files.moveItem(atPath: path, toPath: folder.path + "/.model.previous")
            try files.createDirectory(
                atPath: folder.path + "/.model.999999999.partial",
                withIntermediateDirectories: false)
            let found = try Model(contentsOf: ModelLocation(of: path).model).network.weights.all
            #expect(try found.tensors[0].array(of: Float.self) == first.tensors[0].array())
            try write(seed: 2, to: path, replacing: true)
            #expect(try files.contentsOfDirectory(atPath: folder.path) == ["model"])
        }
    }

    @Test("a model is found in a run and in a study, and folders without one are reported")
    func locations() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            let run = folder.appending(path: "run").path
            try files.createDirectory(atPath: run, withIntermediateDirectories: false)
            #expect(throws: ModelError(file: run, fault: .notAModel)) {
                try ModelLocation(of: run)
            }
            try Data(#"{"command": "compare"}"#.utf8).write(to: URL(filePath: run + "/plan.json"))
            #expect(throws: ModelError(file: run, fault: .comparison)) {
                try ModelLocation(of: run)
            }
            try Data("{}".utf8).write(to: URL(filePath: run + "/plan.json"))
            #expect(throws: ModelError(file: run, fault: .noModelYet)) {
                try ModelLocation(of: run)
            }
            try write(to: run + "/model")
            let expected = run + "/model"
            for path in [run, run + "/", run + "/model", run + "/model/"] {
                let location = try ModelLocation(of: path)
                #expect(
                    location.model == expected && location.splitFile == run + "/plan.json")
            }
            let study = folder.appending(path: "study").path
            try files.createDirectory(atPath: study, withIntermediateDirectories: false)
            try files.createSymbolicLink(
                atPath: study + "/best", withDestinationPath: run + "/model")
            #expect(try ModelLocation(of: study).model == study + "/best")
            #expect(try ModelLocation(of: study).splitFile == nil)
            try Data("{}".utf8).write(to: URL(filePath: study + "/plan.json"))
            #expect(try ModelLocation(of: study).splitFile == study + "/dataset.json")
            #expect(throws: ModelError(file: folder.path + "/x", fault: .missing)) {
                try ModelLocation(of: folder.path + "/x")
            }
        }
    }
}

@TensorActor
func write(seed: UInt64 = 1, to path: String, replacing: Bool = false) throws {
    let model = try ModelScene.model(ModelScene.description(), seed: seed)
    try ModelScene.write(model, to: path, replacing: replacing)
}
