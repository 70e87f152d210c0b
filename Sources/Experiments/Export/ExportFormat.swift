/// A format in which a model leaves the program.
public enum ExportFormat: String, CaseIterable, Sendable {
    /// One file for ONNX Runtime, OpenVINO, TensorRT and others.
    case onnx
    /// One file for libtorch and PyTorch.
    case torchscript
    /// A folder for MONAI.
    case bundle
    /// A folder with a network in PyTorch and its weights.
    case python
    /// One file with the whole model, for this program.
    case zip

    /// What a user is told that was written.
    var name: String {
        switch self {
        case .onnx: "ONNX"
        case .torchscript: "TorchScript"
        case .bundle: "MONAI bundle"
        case .python: "Python"
        case .zip: "zip"
        }
    }
}
