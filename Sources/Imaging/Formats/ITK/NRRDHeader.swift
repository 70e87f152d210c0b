/// What must be known of an NRRD header before ITK reads it: http://teem.sourceforge.net/nrrd/format.html.
struct NRRDHeader {
    private let header: TextHeader
    private let path: String

    /// Whether a file begins as NRRD files do.
    static func recognise(_ head: [UInt8]) -> Bool {
        head.starts(with: "NRRD000".utf8)
    }

    init(_ bytes: [UInt8], path: String) throws(ImageFault) {
        var isFirst = true
        var header = TextHeader()
        let isEnded = try header.readLines(of: bytes) { header, line throws(ImageFault) in
            defer { isFirst = false }
            if line.isEmpty { return true }
            if !isFirst { try Self.take(line, into: &header) }
            return false
        }
        // Only a header whose samples lie in another file may end with its file.
        guard isEnded || header.fields["datafile"] != nil else {
            throw .header(.unended)
        }
        self.header = header
        self.path = path
    }

    /// `field: description`; `key:=value` pairs and comments say nothing of where the samples are.
    private static func take(_ line: String, into header: inout TextHeader) throws(ImageFault) {
        guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else {
            guard line.hasPrefix("#") else { throw .header(.line(line)) }
            return
        }
        let rest = line[line.index(after: colon)...]
        guard !rest.hasPrefix("=") else { return }
        // `byte skip` and `byteskip` are the same field.
        try header.add(line[..<colon].lowercased().filter { $0 != " " }, rest.trimmed)
    }

    func samples() throws(ImageFault) -> StoredSamples {
        let type = try type()
        let compression = try compression()
        var samples = StoredSamples(
            shape: try shape(of: type), componentAxis: componentAxis, type: type,
            isBigEndian: try isBigEndian(type), compression: compression, path: path,
            offset: header.end)
        try checkSpacings()
        if let name = header.fields["datafile"] {
            samples.path = try DataFile.path(of: name, besides: path)
            samples.offset = 0
        }
        try skip(&samples)
        return samples
    }

    private func shape(of type: SampleType) throws(ImageFault) -> [Int] {
        let sizes = try header.numbers("sizes", as: Int.self)
        guard try header.integer("dimension") == sizes.count else { throw header.invalid("sizes") }
        guard kinds.isEmpty || kinds.count == sizes.count else { throw header.invalid("kinds") }
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

    private var kinds: [Substring] {
        (header.fields["kinds"] ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    }

    /// The first axis that is neither of space nor of time nor of unknown kind; ITK takes no more than one.
    private var componentAxis: Int? {
        kinds.firstIndex { !["domain", "space", "time", "???", "none"].contains($0) }
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

    /// ITK takes 1 where a spacing is not a number; an axis of components has none by right.
    private func checkSpacings() throws(ImageFault) {
        guard header.fields["spacings"] != nil else { return }
        let kinds = kinds
        let spacings = try header.numbers("spacings", as: Double.self)
        for (axis, spacing) in spacings.enumerated() where !(spacing > 0 && spacing.isFinite) {
            let isSpatial = axis >= kinds.count || ["domain", "space"].contains(kinds[axis])
            guard !isSpatial else { throw .spacing(axis: axis + 1, spacing) }
        }
    }
}
