internal import SegNASHost

/// The header of a safetensors file: the types, shapes and places of the tensors in the data that follow.
///
/// The file is an 8-byte little-endian length, a JSON object of that many bytes, and the tensors' row-major bytes
/// without gaps. Format: the README of the safetensors project, "Format".
struct SafetensorsHeader {
    struct Entry: Equatable {
        var name: String
        var dtype: DType
        var shape: [Int]
        /// Offsets from the end of the header.
        var bytes: Range<Int>
    }

    /// The tensors, in the order of their bytes.
    var entries: [Entry]
    var metadata: [String: String]

    /// The size of the largest header that the format allows, so that a broken file makes no reader allocate more.
    static let maxSize = 100_000_000
    static let lengthSize = 8
}

// MARK: - Codes of element types

extension DType {
    fileprivate static let codes: [(code: String, dtype: DType)] = [
        ("F64", .float64), ("F32", .float32), ("BF16", .bfloat16), ("I64", .int64), ("U8", .uint8),
        ("BOOL", .bool),
    ]

    fileprivate init?(safetensorsCode code: String) {
        guard let found = Self.codes.first(where: { $0.code == code }) else { return nil }
        self = found.dtype
    }

    fileprivate var safetensorsCode: String {
        Self.codes.first { $0.dtype == self }?.code ?? ""
    }
}

// MARK: - Reading

extension SafetensorsHeader {
    /// Reads and checks the header of a whole file.
    init(file: UnsafeRawBufferPointer) throws(SafetensorsFault) {
        guard file.count >= Self.lengthSize else { throw .tooShort(bytes: file.count) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= min(Self.maxSize, file.count - Self.lengthSize) else {
            throw .headerLength(length, fileSize: file.count)
        }
        let text = file[Self.lengthSize..<Self.lengthSize + Int(length)]
        guard text.first == UInt8(ascii: "{"),
            let json = String(validating: text, as: UTF8.self),
            let fields = try? JSONDocument.parse(json, as: [String: JSONField].self)
        else { throw .headerSyntax }
        metadata = [:]
        entries = []
        for (name, field) in fields {
            switch field {
            case .metadata(let values):
                guard name == "__metadata__" else { throw .headerSyntax }
                metadata = values
            case .tensor(let tensor):
                entries.append(try Entry(name, tensor))
            }
        }
        entries.sort {
            ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
        }
        try checkBytes(dataSize: file.count - Self.lengthSize - Int(length))
    }

    /// The format allows neither gaps nor overlaps, so that a file holds nothing but its tensors.
    private func checkBytes(dataSize: Int) throws(SafetensorsFault) {
        var end = 0
        for entry in entries {
            guard entry.bytes.upperBound <= dataSize else { throw .offsets(tensor: entry.name) }
            guard entry.bytes.lowerBound == end else { throw .gap(before: entry.name) }
            end = entry.bytes.upperBound
        }
        guard end == dataSize else { throw .gap(before: nil) }
    }

    fileprivate enum JSONField: Decodable {
        case metadata([String: String])
        case tensor(JSONTensor)

        init(from decoder: any Decoder) throws {
            if let tensor = try? JSONTensor(from: decoder) {
                self = .tensor(tensor)
            } else {
                self = .metadata(try [String: String](from: decoder))
            }
        }
    }

    fileprivate struct JSONTensor: Codable {
        var dtype: String
        var shape: [Int]
        var offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }
}

extension SafetensorsHeader.Entry {
    fileprivate init(
        _ name: String, _ tensor: SafetensorsHeader.JSONTensor
    ) throws(SafetensorsFault) {
        guard let dtype = DType(safetensorsCode: tensor.dtype) else {
            throw .dtype(tensor.dtype, tensor: name)
        }
        var size = dtype.size
        for extent in tensor.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else { throw .shape(tensor.shape, tensor: name) }
            size = product
        }
        guard tensor.offsets.count == 2, 0 <= tensor.offsets[0],
            tensor.offsets[0] <= tensor.offsets[1], tensor.offsets[1] - tensor.offsets[0] == size
        else { throw .offsets(tensor: name) }
        self.init(
            name: name, dtype: dtype, shape: tensor.shape,
            bytes: tensor.offsets[0]..<tensor.offsets[1])
    }
}

// MARK: - Writing

extension SafetensorsHeader {
    /// Lays tensors out with the widest elements first, so that each is aligned in the file.
    init(_ tensors: NamedTensors, metadata: [String: String]) {
        self.metadata = metadata
        entries = []
        var end = 0
        for size in [8, 4, 2, 1] {
            for (name, tensor) in tensors where tensor.dtype.size == size {
                let next = end + tensor.count * size
                entries.append(
                    Entry(name: name, dtype: tensor.dtype, shape: tensor.shape, bytes: end..<next))
                end = next
            }
        }
    }

    /// Length and JSON, padded with spaces so that the data begin at a multiple of 8.
    func encoded() throws -> [UInt8] {
        var fields: [String: EncodedField] = [:]
        if !metadata.isEmpty { fields["__metadata__"] = .metadata(metadata) }
        for entry in entries {
            fields[entry.name] = .tensor(
                JSONTensor(
                    dtype: entry.dtype.safetensorsCode, shape: entry.shape,
                    offsets: [entry.bytes.lowerBound, entry.bytes.upperBound]))
        }
        var text = Array(try JSONDocument.text(of: fields, .line).utf8)
        text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private enum EncodedField: Encodable {
        case metadata([String: String])
        case tensor(JSONTensor)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .metadata(let values): try values.encode(to: encoder)
            case .tensor(let tensor): try tensor.encode(to: encoder)
            }
        }
    }
}
