import Foundation
import ModelSupport
import SegNASDatasets
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Damaged models")
struct ModelDamageTests {
    /// Damage to a model's folder, with the beginning and the end of the message about it.
    struct Damage: CustomTestStringConvertible, Sendable {
        var name: String
        var file = "model.json"
        var words: String
        var remedy = "copy the model's folder again"
        var spoil: @Sendable (URL) throws -> Void
        var testDescription: String { name }
    }

    /// Replaces text of `model.json`.
    nonisolated static func edit(_ text: String, _ other: String) -> @Sendable (URL) throws -> Void
    {
        { folder in
            let file = folder.appending(path: "model.json")
            let before = try String(contentsOf: file, encoding: .utf8)
            let after = before.replacing(text, with: other)
            try #require(after != before)
            try after.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    nonisolated static let damages: [Damage] = [
        .init(
            name: "no description", file: "", words: "is no model",
            remedy: "name a folder with a model.json, or the folder of a run or study of segnas3d"
        ) {
            try FileManager.default.removeItem(at: $0.appending(path: "model.json"))
        },
        .init(name: "half a description", words: "is not a description of a model") {
            let file = $0.appending(path: "model.json")
            let data = try Data(contentsOf: file)
            try data.prefix(data.count / 2).write(to: file)
        },
        .init(name: "another file", words: "is not a description of a model") {
            try Data("[1, 2]".utf8).write(to: $0.appending(path: "model.json"))
        },
        .init(
            name: "of the future", words: "is of version 5, and this segnas3d reads version 4",
            remedy: "use the segnas3d that wrote it, or a later one",
            spoil: edit("\"schema\" : 1,\n  \"weights\"", "\"schema\" : 5,\n  \"weights\"")),
        .init(
            name: "no labels", words: "lacks \"labels\"", spoil: edit("\"labels\"", "\"label\"")),
        .init(
            name: "two labels of a value", words: "\"labels\" has a value that no segnas3d wrote",
            spoil: edit("\"value\" : 205", "\"value\" : 3")),
        .init(
            name: "a grid of nothing",
            words: "\"preparation.size\" has a value that no segnas3d wrote",
            spoil: edit("      16,\n", "      0,\n")),
        .init(
            name: "text for a number", words: "\"preparation.size\" has a value",
            spoil: edit("      16,\n", "      \"a\",\n")),
        .init(
            name: "an unknown precision", words: "\"precision\" has a value",
            spoil: edit("bfloat16", "float8")),
        .init(
            name: "no block", words: "its architecture cannot be read: ops", remedy: "",
            spoil: edit("\"nodes\" : 2", "\"nodes\" : 3")),
        .init(
            name: "no weights", file: "weights.safetensors", words: "is missing",
            remedy: "copy the whole folder of the model again"
        ) {
            try FileManager.default.removeItem(at: $0.appending(path: "weights.safetensors"))
        },
        .init(
            name: "a changed bit", file: "weights.safetensors",
            words: "is damaged, or belongs to another model",
            remedy: "copy the whole folder of the model again"
        ) {
            let file = $0.appending(path: "weights.safetensors")
            var data = try Data(contentsOf: file)
            data[data.count - 7] ^= 1
            try data.write(to: file)
        },
        .init(
            name: "another architecture", file: "weights.safetensors",
            words: "does not fit the architecture in model.json", remedy: "",
            spoil: edit("\"n\" : 4", "\"n\" : 5")),
    ]

    @Test("one sentence names the file and the remedy", arguments: damages)
    func damaged(damage: Damage) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model")
            try write(to: path.path)
            try damage.spoil(path)
            let error = try #require(throws: ModelError.self) {
                try Model(contentsOf: path.path)
            }
            #expect(error.file == path.path + (damage.file.isEmpty ? "" : "/" + damage.file))
            let words = error.description
            #expect(words.hasPrefix("\(error.file): \(damage.words)"), "\(words)")
            #expect(words.hasSuffix(damage.remedy), "\(words)")
        }
    }

    @Test("a model that is not there")
    func absent() {
        #expect(throws: ModelError(file: "/nowhere/model", fault: .missing)) {
            try Model(contentsOf: "/nowhere/model")
        }
    }
}
