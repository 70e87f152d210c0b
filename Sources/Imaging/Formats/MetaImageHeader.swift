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

    /// True if a file begins as MetaImage headers do.
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

    /// Refuses a map of samples to intensities, which ITK passes over and no program writes.
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

/// The place of the voxels in mm, towards left, posterior and superior.
extension MetaImageHeader {
    /// The image that the header describes, checked.
    func image() throws(ImageFault) -> StoredImage {
        let samples = try samples()
        let first = try components() == 1 ? 0 : 1
        let rank = samples.shape.count - first
        let axes = Array(first..<first + min(3, rank))
        var remarks: [ImageRemark] = []
        let affine = try affine(rank: rank, remarks: &remarks)
        if rank < 3 { remarks.append(.header(.flat(axes: rank))) }
        let times = first + axes.count..<samples.shape.count
        return StoredImage(
            samples: samples, spatialAxes: axes, otherAxes: times + Array(0..<first),
            affine: affine, remarks: remarks)
    }

    private func affine(rank: Int, remarks: inout [ImageRemark]) throws(ImageFault) -> Affine {
        let spacings = try spacings(rank: rank, remarks: &remarks)
        let directions = try directions(rank: rank, remarks: &remarks)
        let offset = try numbers(of: ["Offset", "Position", "Origin"], count: rank)
        if offset == nil { remarks.append(.header(.noOrigin)) }
        let unit = LengthUnit.scales([header["DistanceUnits"] ?? ""], remarks: &remarks).x
        let steps = zip(directions, spacings).map { SIMD3(padding: $0) * $1 * unit }
        let affine = Affine(
            steps: steps, origin: SIMD3(padding: Array((offset ?? []).prefix(3))) * unit,
            isFlat: rank == 2
        ).turnedFromLPS
        guard affine.isInvertible else { throw .affine(name: "direction") }
        remarks += try orientationRemarks(affine, rank: rank)
        return affine
    }

    /// One for each axis of space.
    private func spacings(
        rank: Int, remarks: inout [ImageRemark]
    ) throws(ImageFault) -> [Double] {
        // The size of voxels says more only where they have gaps or overlap.
        let spacings =
            try header["ElementSpacing"] == nil
            ? numbers(of: ["ElementSize"], count: rank)
            : numbers(of: ["ElementSpacing"], count: rank)
        guard let spacings else {
            remarks.append(.header(.noSpacing))
            return Array(repeating: 1, count: min(3, rank))
        }
        for (axis, spacing) in spacings.enumerated() where !(spacing > 0 && spacing.isFinite) {
            throw .spacing(axis: axis + 1, spacing)
        }
        return Array(spacings.prefix(3))
    }

    /// The direction of each axis of space.
    private func directions(
        rank: Int, remarks: inout [ImageRemark]
    ) throws(ImageFault) -> [[Double]] {
        let axes = 0..<min(3, rank)
        let names = ["TransformMatrix", "Rotation", "Orientation"]
        guard let matrix = try numbers(of: names, count: rank * rank) else {
            remarks.append(.header(.noDirections))
            return axes.map { axis in axes.map { $0 == axis ? 1 : 0 } }
        }
        for axis in 0..<rank {
            for coordinate in 0..<rank where (axis < 3) != (coordinate < 3) {
                guard matrix[axis * rank + coordinate] == 0 else {
                    throw .affine(name: "direction")
                }
            }
        }
        let directions = axes.map { axis in axes.map { matrix[axis * rank + $0] } }
        let lengths = directions.map { SIMD3(padding: $0).length }
        if lengths.contains(where: { abs($0 - 1) > 1e-3 }) {
            remarks.append(.header(.directionLengths(lengths)))
        }
        return directions
    }

    /// Numbers that a header may give under several names, which must agree; nil if it has none of them.
    private func numbers(of names: [String], count: Int) throws(ImageFault) -> [Double]? {
        var found: (name: String, numbers: [Double])?
        for name in names where header[name] != nil {
            let numbers = try header.numbers(name, as: Double.self)
            guard numbers.count == count else { throw header.invalid(name) }
            if let found, found.numbers != numbers {
                throw .header(.contradiction(found.name, name))
            }
            found = (name, numbers)
        }
        return found?.numbers
    }
}

/// Parts of the header that are not used, and may contradict those that are.
extension MetaImageHeader {
    private func orientationRemarks(
        _ affine: Affine, rank: Int
    ) throws(ImageFault) -> [ImageRemark] {
        var remarks: [ImageRemark] = []
        if let stated = header["AnatomicalOrientation"]?.uppercased(), rank == 3,
            let directions = Self.directions(of: stated)
        {
            let axes = [affine.x, affine.y, affine.z]
            // More than 60° away, which no oblique image is from what it is closest to.
            let isNear = zip(axes, directions).allSatisfy { ($0 * $1).sum() / $0.length > 0.5 }
            if !isNear {
                let used = "\(Orientation(affine))".map { Self.opposite[$0] ?? $0 }
                remarks.append(.header(.orientationDiffers(stated: stated, used: String(used))))
            }
        }
        if let centre = try numbers(of: ["CenterOfRotation"], count: rank),
            centre.contains(where: { $0 != 0 })
        {
            remarks.append(.header(.unused("CenterOfRotation")))
        }
        return remarks
    }

    /// The directions of axes whose letters say where they come from, as `RAI` for right, anterior and inferior.
    private static func directions(of letters: String) -> [SIMD3<Double>]? {
        let all: [Character: SIMD3<Double>] = [
            "R": [-1, 0, 0], "L": [1, 0, 0], "A": [0, -1, 0], "P": [0, 1, 0], "I": [0, 0, 1],
            "S": [0, 0, -1],
        ]
        let directions = letters.compactMap { all[$0] }
        let sum = directions.reduce(SIMD3.zero) { $0 + $1 * $1 }
        return letters.count == 3 && sum == [1, 1, 1] ? directions : nil
    }

    private static let opposite: [Character: Character] = [
        "R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S",
    ]
}
