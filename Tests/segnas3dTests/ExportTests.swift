import Foundation
import ModelSupport
import SegNASDatasets
import SegNASExperiments
import SegNASImaging
import SegNASSegmentation
import SegNASTorch
import TestSupport
import Testing

/// Runs a body with a temporary folder, on the thread of tensors.
@TensorActor
private func withFolder(_ body: @TensorActor (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { try body($0.path) }
}

@Suite("Exported networks")
struct ExportTests {
    @Test("ONNX and TorchScript give what the model gives", arguments: ExportZoo.all)
    func parity(_ zoo: ExportZoo) async throws {
        try await TensorActor.run { () throws in
            try withFolder { folder in
                try ModelScene.write(zoo.model(), to: folder + "/model")
                for output in ExportOptions.Output.allCases {
                    let options = ExportOptions(format: .onnx, output: output)
                    let result = try ModelExport(of: folder + "/model", options)
                        .write(to: "\(folder)/\(output).onnx")
                    #expect(result.parity?.isGood == true, "\(output)")
                }
                let script = ExportOptions(format: .torchscript)
                let result = try ModelExport(of: folder + "/model", script)
                    .write(to: folder + "/model.ts")
                #expect(result.parity?.isGood == true)
                let fixed = ExportOptions(format: .onnx, hasFixedSize: true)
                let whole = try ModelExport(of: folder + "/model", fixed)
                    .write(to: folder + "/fixed.onnx")
                #expect(whole.parity?.images.map(\.size) == [[24, 24, 24], [24, 24, 24]])
            }
        }
    }

    @Test(
        "the text of network.py has less than 80 lines of at most 120 columns",
        arguments: ExportZoo.all)
    func python(_ zoo: ExportZoo) async throws {
        try await TensorActor.run { () throws in
            try withFolder { folder in
                try ModelScene.write(zoo.model(), to: folder + "/model")
                _ = try ModelExport(of: folder + "/model", ExportOptions(format: .python))
                    .write(to: folder + "/python")
                let text = try String(
                    contentsOf: URL(filePath: folder + "/python/network.py"), encoding: .utf8)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 80 && lines.allSatisfy { $0.count <= 120 }, "\(lines.count)")
                #expect(!text.contains(folder))
            }
        }
    }
}

@Suite(
    "Exported networks in other programs",
    .enabled(
        if: Python.has("onnxruntime, torch"),
        "name a Python with onnxruntime and torch in SEGNAS3D_PYTHON"))
struct RuntimeTests {
    @Test("ONNX Runtime, PyTorch and OpenVINO give what the model gives")
    func zoo() async throws {
        try await TensorActor.run { () throws in
            try withFolder { folder in
                for (index, zoo) in ExportZoo.all.enumerated() {
                    try write(zoo, to: "\(folder)/\(index)")
                }
                let program = try Python.run(fixture: "export_check.py", folder)
                #expect(program.status == 0, "\(program.errors)")
                print(program.output)
            }
        }
    }

    /// A model's exports, and what it gives for images of three odd sizes.
    @TensorActor
    private func write(_ zoo: ExportZoo, to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let model = try zoo.model()
        try ModelScene.write(model, to: folder + "/model")
        func export(_ format: ExportFormat, _ output: ExportOptions.Output, _ name: String) throws {
            _ = try ModelExport(of: folder + "/model", .init(format: format, output: output))
                .write(to: "\(folder)/\(name)")
        }
        try export(.onnx, .probabilities, "probabilities.onnx")
        try export(.onnx, .labels, "labels.onnx")
        try export(.torchscript, .probabilities, "probabilities.ts")
        try export(.torchscript, .labels, "labels.ts")
        try export(.python, .probabilities, "python")
        var lines = ["\(zoo.name)", zoo.labels.regions == nil ? "softmax" : "sigmoid"]
        let values = zoo.labels.structures.map(\.value)
        lines.append(
            (zoo.labels.regions == nil ? [zoo.labels.background] : []).map { "\($0)" }
                .joined() + " " + values.map { "\($0)" }.joined(separator: " "))
        lines.append("\(zoo.labels.background)")
        for (index, size) in [[13, 21, 30], [17, 8, 9], [16, 24, 33]].enumerated() {
            let shape = [1, zoo.channels] + size
            let count = shape.reduce(1, *)
            let image = (0..<count).map { Float(sin(Double($0 * 7 + 3) * 12.9898) * 1.7) }
            let scores = try withoutGradients {
                try model.network(Tensor(image, shape: shape), training: false)
            }
            let probabilities =
                zoo.labels.regions == nil ? try scores.softmax(along: 1) : try scores.sigmoid()
            try image.withUnsafeBytes { Data($0) }.write(to: URL(filePath: "\(folder)/x\(index)"))
            let found = try probabilities.array(of: Float.self)
            try found.withUnsafeBytes { Data($0) }.write(to: URL(filePath: "\(folder)/y\(index)"))
            lines.append(shape.map { "\($0)" }.joined(separator: " "))
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: "\(folder)/facts"))
    }
}
