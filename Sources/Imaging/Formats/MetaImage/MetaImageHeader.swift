/// The header of a MetaImage file: https://docs.itk.org/en/latest/learn/metaio.html.
struct MetaImageHeader {
    let header: TextHeader
    private let path: String

    init(_ bytes: [UInt8], path: String) throws(ImageFault) {
        var header = TextHeader()
        // The last field of every header.
        let isEnded = try header.readLines(of: bytes) { header, line throws(ImageFault) in
            guard !line.isEmpty else { return false }
            guard let equals = line.firstIndex(of: "=") else { throw .header(.line(line)) }
            let name = line[..<equals].trimmed
            try header.add(name, line[line.index(after: equals)...].trimmed)
            return name == "ElementDataFile"
        }
        guard isEnded else { throw .header(.unended) }
        self.header = header
        self.path = path
    }

    /// Whether a file begins as MetaImage headers do.
    static func recognise(_ head: [UInt8]) -> Bool {
        String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
            line.hasPrefix("NDims") && line.dropFirst(5).trimmed.hasPrefix("=")
        }
    }

    func samples() throws(ImageFault) -> StoredSamples {
        let type = try type()
        let sizes = try header.numbers("DimSize", as: Int.self)
        guard try header.integer("NDims") == sizes.count else { throw header.invalid("DimSize") }
        let shape = try ImageLayout.checkedShape(
            try components() == 1 ? sizes : [components()] + sizes, type: type)
        try checkIntensities()
        guard try header.boolean("BinaryData", default: true) else {
            throw .header(.encoding("text"))
        }
        let isCompressed = try header.boolean("CompressedData", default: false)
        var samples = StoredSamples(
            shape: shape, type: type, isBigEndian: try isBigEndian(),
            compression: isCompressed ? .zlib : .none, path: path)
        try place(&samples)
        return samples
    }

    /// Values of a voxel, which lie beside each other.
    func components() throws(ImageFault) -> Int {
        try header.integer("ElementNumberOfChannels", default: 1)
    }

    /// One thing under two names.
    private func isBigEndian() throws(ImageFault) -> Bool {
        let names = ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"]
        let present = names.filter { header[$0] != nil }
        guard present.count < 2 else { throw .header(.repeated(names[0])) }
        return try header.boolean(present.first ?? names[0], default: false)
    }

    private func place(_ samples: inout StoredSamples) throws(ImageFault) {
        let name = try header.text("ElementDataFile")
        let skip = try header.integer("HeaderSize", default: 0)
        if name.uppercased() == "LOCAL" {
            samples.offset = header.end
            guard skip <= 0 else { throw header.invalid("HeaderSize") }
        } else {
            samples.path = try DataFile.path(of: name, besides: path)
            samples.offset = skip
        }
        guard -1..<(1 << 40) ~= skip, skip == 0 || samples.compression == .none else {
            throw header.invalid("HeaderSize")
        }
        if skip == -1 { samples.offset = nil }
    }

    private func type() throws(ImageFault) -> SampleType {
        switch try header.text("ElementType") {
        case "MET_CHAR": return .int8
        case "MET_UCHAR": return .uint8
        case "MET_SHORT": return .int16
        case "MET_USHORT": return .uint16
        case "MET_INT", "MET_LONG": return .int32
        case "MET_UINT", "MET_ULONG": return .uint32
        case "MET_LONG_LONG": return .int64
        case "MET_ULONG_LONG": return .uint64
        case "MET_FLOAT": return .float32
        case "MET_DOUBLE": return .float64
        default: throw header.invalid("ElementType")
        }
    }

    /// A map of samples to intensities, which ITK passes over and nobody writes.
    private func checkIntensities() throws(ImageFault) {
        for (name, neutral) in [("Slope", 1.0), ("Offset", 0.0)] {
            let name = "ElementToIntensityFunction\(name)"
            guard header[name] != nil else { continue }
            guard try header.numbers(name, as: Double.self) == [neutral] else {
                throw header.invalid(name)
            }
        }
    }
}
