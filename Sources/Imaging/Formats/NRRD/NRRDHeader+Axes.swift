/// The axes of the array that lead through space.
extension NRRDHeader {
    /// The kind of each axis.
    func kinds(of shape: [Int]) throws(ImageFault) -> [NRRDKind] {
        guard let text = header["kinds"] else {
            return Array(repeating: .domain, count: shape.count)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == shape.count else { throw header.invalid("kinds") }
        var kinds: [NRRDKind] = []
        for (word, length) in zip(words, shape) {
            guard let named = NRRDKind.named(String(word)), named.length ?? length == length else {
                throw header.invalid("kinds")
            }
            if case .other(let name) = named.kind { throw .sampleKind(name) }
            kinds.append(named.kind)
        }
        return kinds
    }

    /// `space`, or `space dimension`; nil if the header has neither.
    func space() throws(ImageFault) -> NRRDSpace? {
        let stated = try header["space dimension"].map { _ throws(ImageFault) in
            try header.integer("space dimension")
        }
        guard let name = header["space"] else {
            guard let stated else { return nil }
            guard 1...4 ~= stated else { throw header.invalid("space dimension") }
            return .unknown(dimension: stated)
        }
        guard let space = NRRDSpace(named: name) else { throw header.invalid("space") }
        guard stated ?? space.dimension == space.dimension else {
            throw header.invalid("space dimension")
        }
        return space
    }

    /// The step along each axis, in the header's coordinates and units; nil for an axis that is not of space.
    ///
    /// Nil if the header does not say it.
    func directions(
        in space: NRRDSpace, kinds: [NRRDKind]
    ) throws(ImageFault) -> [SIMD3<Double>?]? {
        guard header["space directions"] != nil else { return nil }
        let vectors = try vectors("space directions", dimension: space.dimension)
        guard vectors.count == kinds.count else { throw header.invalid("space directions") }
        var directions: [SIMD3<Double>?] = []
        for (vector, kind) in zip(vectors, kinds) {
            let direction = try vector.flatMap { vector throws(ImageFault) in
                try spatialPart(of: vector)
            }
            guard direction == nil || kind == .domain else { throw header.invalid("kinds") }
            directions.append(direction)
        }
        guard 1...3 ~= directions.count(where: { $0 != nil }) else {
            throw header.invalid("space directions")
        }
        return directions
    }

    /// The first three coordinates; nil for a step that leads through time alone.
    private func spatialPart(of vector: [Double]) throws(ImageFault) -> SIMD3<Double>? {
        guard vector.count == 4, vector[3] != 0 else { return SIMD3(padding: vector) }
        guard vector[..<3].allSatisfy({ $0 == 0 }) else { throw .affine(name: "direction") }
        return nil
    }

    /// Vectors `(1,0,0)` or, for an axis that is not of space, `none`, which some write as NaN.
    func vectors(_ name: String, dimension: Int) throws(ImageFault) -> [[Double]?] {
        var vectors: [[Double]?] = []
        var rest = try header.text(name)[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.isEmpty { return vectors }
            if rest.lowercased().hasPrefix("none") {
                rest = rest.dropFirst(4)
                vectors.append(nil)
                continue
            }
            guard rest.first == "(", let end = rest.firstIndex(of: ")") else {
                throw header.invalid(name)
            }
            let words = rest[..<end].dropFirst().split(
                separator: ",", omittingEmptySubsequences: false)
            let numbers = words.compactMap { Double($0.trimmed) }
            guard numbers.count == words.count, numbers.count == dimension else {
                throw header.invalid(name)
            }
            vectors.append(numbers.allSatisfy(\.isNaN) ? nil : numbers)
            rest = rest[rest.index(after: end)...]
        }
    }

    /// Texts between quotes: `"mm" "mm" ""`.
    func quotedTexts(_ name: String) -> [String] {
        let text = header[name] ?? ""
        guard text.contains("\"") else {
            return text.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0].trimmed }
    }
}

/// The kind of an axis of an NRRD array.
enum NRRDKind: Equatable {
    /// An axis of space, unless the header has directions and none for it.
    case domain
    case time
    /// Values of a voxel that stand beside each other.
    case components
    /// Values of a voxel that together are not a number, such as a colour; its name.
    case other(String)

    /// The kind of a name, and how many values it has where it says so; nil for a name that the format lacks.
    static func named(_ name: String) -> (kind: NRRDKind, length: Int?)? {
        switch name.lowercased() {
        case "domain", "space", "???", "none": (.domain, nil)
        case "time": (.time, nil)
        case "list", "point", "vector", "covariant-vector", "normal": (.components, nil)
        case "stub", "scalar": (.components, 1)
        case "2-vector": (.components, 2)
        case "3-vector", "3-gradient", "3-normal": (.components, 3)
        case "4-vector", "quaternion": (.components, 4)
        case "complex": (.other("complex"), 2)
        case "3-color", "rgb-color", "hsv-color", "xyz-color": (.other("RGB colour"), 3)
        case "4-color", "rgba-color": (.other("RGBA colour"), 4)
        case "2d-symmetric-matrix": (.other("tensor"), 3)
        case "2d-masked-symmetric-matrix", "2d-matrix": (.other("tensor"), 4)
        case "2d-masked-matrix": (.other("tensor"), 5)
        case "3d-symmetric-matrix": (.other("tensor"), 6)
        case "3d-masked-symmetric-matrix": (.other("tensor"), 7)
        case "3d-matrix": (.other("tensor"), 9)
        case "3d-masked-matrix": (.other("tensor"), 10)
        default: nil
        }
    }
}

/// The space that an NRRD header measures in: `space: left-posterior-superior`, or `space dimension: 3`.
struct NRRDSpace {
    /// Coordinates of a position; those behind the third are times.
    var dimension: Int
    /// Turn the first three coordinates towards right, anterior and superior.
    var signs: SIMD3<Double> = lps
    /// The doubt about the signs.
    var remark: HeaderRemark?

    /// A space whose directions are unknown; they are taken as ITK takes them.
    static func unknown(dimension: Int) -> NRRDSpace {
        NRRDSpace(dimension: dimension, remark: .unknownSpace(nil))
    }

    /// The space of a name, in any case and with any marks between its words; nil for a name that the format lacks.
    init?(named name: String) {
        let word = name.lowercased().filter { !" -_".contains($0) }
        let suffix = ["", "time", "t"].first {
            word.hasSuffix($0) && Self.isName(word.dropLast($0.count))
        }
        guard let suffix else { return nil }
        dimension = suffix.isEmpty ? 3 : 4
        switch word.dropLast(suffix.count) {
        case "rightanteriorsuperior", "ras": signs = [1, 1, 1]
        case "leftanteriorsuperior", "las": signs = [-1, 1, 1]
        case "leftposteriorsuperior", "lps": signs = Self.lps
        case "3dlefthanded": remark = .leftHandedSpace(name)
        // For a patient on his back, head first, the scanner's axes are LPS.
        default: remark = .unknownSpace(name)
        }
    }

    private init(dimension: Int, remark: HeaderRemark) {
        self.dimension = dimension
        self.remark = remark
    }

    private static func isName(_ word: Substring) -> Bool { names.contains(String(word)) }

    private static let names: Set = [
        "rightanteriorsuperior", "ras", "leftanteriorsuperior", "las", "leftposteriorsuperior",
        "lps", "scannerxyz", "3drighthanded", "3dlefthanded",
    ]

    private static let lps: SIMD3<Double> = [-1, -1, 1]
}
