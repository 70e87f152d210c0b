internal import SegNASHost

/// Named tensors on disk, in the safetensors format that the field's Python libraries share.
public struct SafetensorsFile {
    /// The tensors, in the order of their bytes in the file.
    public var tensors: NamedTensors
    /// Free text beside the tensors.
    public var metadata: [String: String]

    public init(tensors: NamedTensors, metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Opens a file.
    ///
    /// Its tensors lie on the CPU over the mapped file: elements are read from disk when first used, and
    /// writing to them changes memory only.
    ///
    /// The file must not be shortened by others while its tensors live.
    ///
    /// - Throws: ``SafetensorsError``, for a file that does not follow the format to the byte.
    public init(reading path: String) throws(SafetensorsError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch  where error.isOutOfMemory {
            // The file may be in order.
            throw .tensors(
                path: path, .outOfMemory(.init(requested: nil, inUse: nil, limit: nil)))
        } catch {
            throw .system(path: path, action: "read", reason: error.description)
        }
        let header: SafetensorsHeader
        do {
            header = try SafetensorsHeader(file: UnsafeRawBufferPointer(file.bytes))
        } catch {
            throw .malformed(path: path, fault: error)
        }
        let dataStart = file.bytes.count - (header.entries.last?.bytes.upperBound ?? 0)
        var tensors = NamedTensors()
        for entry in header.entries {
            let range = entry.bytes.lowerBound + dataStart..<entry.bytes.upperBound + dataStart
            do {
                tensors.add(try Self.tensor(entry, in: file, range: range), named: entry.name)
            } catch {
                throw .tensors(path: path, error)
            }
        }
        self.init(tensors: tensors, metadata: header.metadata)
    }

    /// The format aligns the header to 8 bytes, but does not oblige a writer to; a misaligned tensor is copied.
    private static func tensor(
        _ entry: SafetensorsHeader.Entry, in file: MappedFile, range: Range<Int>
    ) throws(TorchError) -> Tensor {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: file.bytes[range])
        let isAligned =
            bytes.baseAddress.map { Int(bitPattern: $0) % entry.dtype.size == 0 } ?? true
        // Python takes any byte but 0 for true; a Swift Bool must be 0 or 1, so these are copied and made so.
        guard isAligned, !bytes.isEmpty, entry.dtype != .bool else {
            return try Tensor(
                copying: UnsafeRawBufferPointer(bytes), shape: entry.shape, dtype: entry.dtype)
        }
        return try Tensor(
            borrowing: bytes, shape: entry.shape, dtype: entry.dtype, keptBy: file)
    }

    /// Writes the file under a temporary name and renames it: readers see the whole old file or the whole new one.
    public func write(to path: String) throws(SafetensorsError) {
        do {
            let header = SafetensorsHeader(tensors, metadata: metadata)
            let file = try AtomicFile(path: path)
            try file.append(try header.encoded())
            for entry in header.entries {
                try tensors[entry.name]?.withUnsafeBytes { try file.append($0) }
            }
            try file.publish()
        } catch let error as SystemFailure {
            throw .system(path: path, action: "write", reason: error.description)
        } catch let error as TorchError {
            throw .tensors(path: path, error)
        } catch {
            throw .system(path: path, action: "write", reason: "\(error)")
        }
    }
}

/// An error in reading or writing a safetensors file.
public enum SafetensorsError: Error, Equatable, Sendable {
    /// The system refuses, with the reason it gives.
    case system(path: String, action: String, reason: String)
    /// The file does not follow the format.
    case malformed(path: String, fault: SafetensorsFault)
    /// The tensors could not be made or copied.
    case tensors(path: String, TorchError)
}

/// A departure of a file from the format.
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
            "the bytes of tensor '\(tensor)' lie outside the file, or are not as many as its shape needs; "
                + "the file may be truncated"
        case .gap(let tensor?): "the bytes of tensor '\(tensor)' do not follow those before them"
        case .gap(nil): "there are bytes after the last tensor"
        }
    }
}
