public import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// `segnas3d export`: a model for other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export a trained model for other programs: ONNX, TorchScript, MONAI, PyTorch.",
        discussion: """
            onnx: one file (operator set 17) for ONNX Runtime, OpenVINO, TensorRT and others. torchscript: one file \
            for libtorch and PyTorch. bundle: a folder for MONAI, which prepares images as this program does. python: \
            a folder with the network in PyTorch, network.py, and its weights. zip: one file with the whole model and \
            checksums, which predict takes as it is.

            Images are [N, C, z, y, x], prepared as model.json describes. An onnx or torchscript network takes any \
            size and pads it inside. Of several models (train --folds, ensembles) it gives the weighted mean.

            Before anything is written, the exported network is run on random images of two sizes beside the model \
            itself, and refused where probabilities differ by more than 0.0001.
            """)

    @Argument(
        help:
            "A model, or the folder of a run or study; that of train --folds is the mean of all folds."
    )
    var model: String

    @Option(help: "onnx, torchscript, bundle, python or zip.")
    var format: ExportFormat

    @Option(help: "File or folder to write.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "What an onnx or torchscript network gives: scores, probabilities, or labels, the values of label maps.",
            valueName: "outputs"))
    var outputs: ExportOptions.Output?

    @Flag(
        help:
            "Make an onnx network for images of the size that the model sees alone, without padding."
    )
    var fixedSize = false

    @Flag(help: "Print how the exported network differs from the model.")
    var check = false

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @OptionGroup var host: HostArguments

    func validate() throws {
        if outputs != nil, format != .onnx, format != .torchscript {
            throw ValidationError("--outputs is for --format onnx and torchscript")
        }
        if fixedSize, format != .onnx {
            throw ValidationError("--fixed-size is for --format onnx")
        }
    }

    func run() throws {
        _ = try host.machine.apply(seed: 0)
        let options = ExportOptions(
            format: format, output: outputs ?? .probabilities, hasFixedSize: fixedSize)
        let result = try ZippedModel.withFolder(of: model) { folder in
            try ModelExport(of: folder, options).write(to: output)
        }
        guard !json else { return print(try JSONDocument.text(of: result, .indented)) }
        print(result.text(isChecked: check))
        var standardError = StandardError()
        for note in result.notes { print("Note: \(note)", to: &standardError) }
    }
}

extension ExportResult {
    fileprivate func text(isChecked: Bool) -> String {
        let count = models == 1 ? "" : ", the mean of \(models) models"
        let line = "\(output): \(format)\(count), \(ByteCount(bytes))"
        guard isChecked else { return line }
        let words =
            parity.map { "differs from the model \($0.words)" }
            ?? "holds the model's weights as they are"
        return "\(line)\n\(words)"
    }
}

extension ExportFormat: ExpressibleByArgument {}
extension ExportOptions.Output: ExpressibleByArgument {}
