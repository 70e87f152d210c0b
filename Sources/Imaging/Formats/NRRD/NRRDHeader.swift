/// The header of an NRRD file: http://teem.sourceforge.net/nrrd/format.html.
struct NRRDHeader {
    let header: TextHeader
    /// The values of `key:=value` lines.
    let pairs: [String: String]
    private let path: String

    /// True if a file begins as NRRD files do.
    static func recognise(_ head: [UInt8]) -> Bool {
        head.starts(with: "NRRD000".utf8)
    }

    init(_ bytes: [UInt8], path: String) throws(ImageFault) {
        var isFirst = true
        var header = TextHeader()
        var pairs: [String: String] = [:]
        let isEnded = try header.readLines(of: bytes) { header, line throws(ImageFault) in
            defer { isFirst = false }
            if line.isEmpty { return true }
            if !isFirst { try Self.take(line, into: &header, &pairs) }
            return false
        }
        // Only a header whose samples lie in another file may end with its file.
        guard isEnded || header["data file"] != nil else {
            throw .header(.unended)
        }
        self.header = header
        self.pairs = pairs
        self.path = path
    }

    /// A comment, `field: description`, or `key:=value`.
    private static func take(
        _ line: String, into header: inout TextHeader, _ pairs: inout [String: String]
    ) throws(ImageFault) {
        guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else {
            guard line.hasPrefix("#") else { throw .header(.line(line)) }
            return
        }
        let rest = line[line.index(after: colon)...]
        guard !rest.hasPrefix("=") else {
            let key = String(line[..<colon])
            guard pairs.updateValue(String(rest.dropFirst()), forKey: key) == nil else {
                throw .header(.repeated(key))
            }
            return
        }
        // `byte skip` and `byteskip` are the same field.
        try header.add(line[..<colon].lowercased().filter { $0 != " " }, rest.trimmed)
    }

    func samples() throws(ImageFault) -> StoredSamples {
        let type = try type()
        let compression = try compression()
        var samples = StoredSamples(
            shape: try shape(of: type), type: type, isBigEndian: try isBigEndian(type),
            compression: compression, path: path, offset: header.end)
        if let name = header["data file"] {
            samples.path = try DataFile.path(of: name, besides: path)
            samples.offset = 0
        }
        try skip(&samples)
        return samples
    }

    private func shape(of type: SampleType) throws(ImageFault) -> [Int] {
        let sizes = try header.numbers("sizes", as: Int.self)
        guard try header.integer("dimension") == sizes.count else { throw header.invalid("sizes") }
        return try ImageLayout.checkedShape(sizes, type: type)
    }

    private func type() throws(ImageFault) -> SampleType {
        let name = try header.text("type").lowercased()
        let words = name.split(separator: " ").filter { $0 != "signed" && $0 != "int" }
        switch name {
        case "int", "signed int": return .int32
        case "unsigned int": return .uint32
        default: break
        }
        switch words.joined(separator: " ") {
        case "char", "int8", "int8_t": return .int8
        case "uchar", "unsigned char", "uint8", "uint8_t": return .uint8
        case "short", "int16", "int16_t": return .int16
        case "ushort", "unsigned short", "uint16", "uint16_t": return .uint16
        case "int32", "int32_t": return .int32
        case "uint", "uint32", "uint32_t": return .uint32
        case "longlong", "long long", "int64", "int64_t": return .int64
        case "ulonglong", "unsigned long long", "uint64", "uint64_t": return .uint64
        case "float": return .float32
        case "double": return .float64
        case "block": throw .sampleKind("block")
        default: throw header.invalid("type")
        }
    }

    private func isBigEndian(_ type: SampleType) throws(ImageFault) -> Bool {
        guard type.size > 1 else { return false }
        switch try header.text("endian").lowercased() {
        case "little": return false
        case "big": return true
        default: throw header.invalid("endian")
        }
    }

    private func compression() throws(ImageFault) -> StoredSamples.Compression {
        let encoding = try header.text("encoding").lowercased()
        switch encoding {
        case "raw": return .none
        case "gzip", "gz": return .gzip
        default: throw .header(.encoding(encoding))
        }
    }

    private func skip(_ samples: inout StoredSamples) throws(ImageFault) {
        samples.lines = try header.integer("lineskip", default: 0)
        let bytes = try header.integer("byteskip", default: 0)
        guard 0..<1000 ~= samples.lines else { throw header.invalid("lineskip") }
        guard -1..<(1 << 40) ~= bytes else { throw header.invalid("byteskip") }
        switch samples.compression {
        case .none where bytes == -1: samples.offset = nil
        case .none: samples.offset? += bytes
        case .gzip, .zlib: samples.innerOffset = bytes == -1 ? nil : bytes
        }
    }
}

/// The structures that 3D Slicer names: `Segment0_Name:=liver`, `Segment0_LabelValue:=1`, `Segment0_Layer:=0`.
extension NRRDHeader {
    /// The names of the segments; nil for a file that is not a segmentation.
    func labelNames() -> LabelNames? {
        var entries: [LabelNames.Entry] = []
        // Segments are numbered from 0, and a header of 1 MB has no more than 10,000 fields.
        for index in 0..<10_000 {
            guard let name = pairs["Segment\(index)_Name"] ?? pairs["Segment\(index)_ID"] else {
                break
            }
            let layer = pairs["Segment\(index)_Layer"].flatMap { Int($0.trimmed) }
            let value = pairs["Segment\(index)_LabelValue"].flatMap { Int($0.trimmed) }
            // Before 2020 each segment had a separate layer, and the value 1.
            let isOld = layer == nil && value == nil && isLayered
            entries.append(
                LabelNames.Entry(
                    name: name.trimmed, value: isOld ? 1 : value,
                    layer: layer ?? (isOld ? index : 0)))
        }
        return entries.isEmpty ? nil : LabelNames(entries)
    }

    private var isLayered: Bool { header["kinds"]?.lowercased().contains("list") ?? false }
}
