/// Why a safetensors file cannot be read or written.
public enum SafetensorsError: Error, Equatable, Sendable {
    /// The system refuses; its own words.
    case system(path: String, action: String, reason: String)
    /// The file does not follow the format.
    case malformed(path: String, fault: SafetensorsFault)
    /// The tensors could not be made or copied.
    case tensors(path: String, TorchError)
}

/// Where a file departs from the format.
public enum SafetensorsFault: Error, Equatable, Sendable {
    case tooShort(bytes: Int)
    case headerLength(UInt64, fileSize: Int)
    case headerSyntax
    case dtype(String, tensor: String)
    case shape([Int], tensor: String)
    case offsets(tensor: String)
    case gap(before: String?)
}

extension SafetensorsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let path, let action, let reason): "\(path): cannot \(action): \(reason)"
        case .malformed(let path, let fault): "\(path): no valid safetensors file: \(fault)"
        case .tensors(let path, let error): "\(path): \(error)"
        }
    }
}

extension SafetensorsFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let bytes):
            "it has only \(bytes) bytes; it may be truncated, copy or save it again"
        case .headerLength(let length, let fileSize):
            "its header claims \(length) bytes in a file of \(fileSize); it may be truncated, copy or save it again"
        case .headerSyntax: "its header is not the JSON that the format asks for"
        case .dtype(let dtype, let tensor):
            "tensor '\(tensor)' has type \(dtype), and F64, F32, BF16, I64, U8 and BOOL can be read"
        case .shape(let shape, let tensor): "tensor '\(tensor)' has the impossible shape \(shape)"
        case .offsets(let tensor):
            "the bytes of tensor '\(tensor)' lie outside the file, or are not as many as its shape needs; the file may be truncated"
        case .gap(let tensor?): "the bytes of tensor '\(tensor)' do not follow those before them"
        case .gap(nil): "there are bytes after the last tensor"
        }
    }
}
