/// Which axes of the array lead through space.
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

    /// `space`, or `space dimension`; nil where the header has neither.
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

    /// Where a step along each axis leads, in the header's coordinates and units; nil for an axis that is not of space.
    ///
    /// Nil where the header does not say it.
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

extension SIMD3<Double> {
    /// The first three numbers, and 0 for those that are missing.
    init(padding numbers: [Double]) {
        let numbers = numbers + [0, 0, 0]
        self.init(numbers[0], numbers[1], numbers[2])
    }
}
