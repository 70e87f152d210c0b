/// The place of the voxels, by the format's rules, and as ITK takes what the header leaves open.
///
/// The measurement frame is not used: it turns vectors and tensors that are samples.
extension NRRDHeader {
    /// The image that the header describes, checked.
    func image() throws(ImageFault) -> StoredImage {
        let samples = try samples()
        let kinds = try kinds(of: samples.shape)
        let space = try space()
        let directions = try space.flatMap { space throws(ImageFault) in
            try self.directions(in: space, kinds: kinds)
        }
        let axes = spatialAxes(kinds, directions, in: space)
        guard !axes.isEmpty else { throw header.invalid("kinds") }
        var remarks: [ImageRemark] = []
        let steps =
            if let directions {
                try self.steps(along: axes, directions, &remarks)
            } else {
                try self.steps(along: axes, samples.shape, &remarks)
            }
        let origin =
            if let space {
                try spaceOrigin(in: space, &remarks)
            } else {
                try axisOrigin(axes, samples.shape, &remarks)
            }
        let affine = Affine(steps: steps, origin: origin, isFlat: space?.dimension == 2)
        guard affine.isInvertible else { throw .affine(name: "direction") }
        if space != nil, directions == nil { remarks.append(.header(.noDirections)) }
        if axes.count < 3 { remarks.append(.header(.flat(axes: axes.count))) }
        let known = space ?? .unknown(dimension: 3)
        if let remark = known.remark { remarks.append(.header(remark)) }
        return StoredImage(
            samples: samples, spatialAxes: axes, otherAxes: otherAxes(kinds, besides: axes),
            affine: affine.turned(known.signs), remarks: remarks, labelNames: labelNames())
    }

    private func spatialAxes(
        _ kinds: [NRRDKind], _ directions: [SIMD3<Double>?]?, in space: NRRDSpace?
    ) -> [Int] {
        if let directions { return kinds.indices.filter { directions[$0] != nil } }
        let maximum = min(3, space?.dimension ?? 3)
        return Array(kinds.indices.filter { kinds[$0] == .domain }.prefix(maximum))
    }

    /// Times before components, as in other formats.
    private func otherAxes(_ kinds: [NRRDKind], besides axes: [Int]) -> [Int] {
        let others = kinds.indices.filter { !axes.contains($0) }
        return others.filter { kinds[$0] != .components }
            + others.filter { kinds[$0] == .components }
    }

    private func check(_ spacing: Double, _ axis: Int) throws(ImageFault) {
        guard spacing > 0, spacing.isFinite else { throw .spacing(axis: axis + 1, spacing) }
    }
}

// MARK: - In a space

extension NRRDHeader {
    private func steps(
        along axes: [Int], _ directions: [SIMD3<Double>?], _ remarks: inout [ImageRemark]
    ) throws(ImageFault) -> [SIMD3<Double>] {
        let spacings = try axisNumbers("spacings")
        let units = quotedTexts("units")
        let scales = LengthUnit.scales(quotedTexts("space units"), remarks: &remarks)
        var steps: [SIMD3<Double>] = []
        for axis in axes {
            let step = directions[axis] ?? .zero
            try check(step.length, axis)
            guard spacings?[axis].isNaN ?? true else {
                throw .header(.contradiction("space directions", "spacings"))
            }
            let unit = units.indices.contains(axis) ? units[axis] : ""
            guard unit.isEmpty || LengthUnit.millimetres(in: unit) == 1 else {
                throw .header(.contradiction("space directions", "units"))
            }
            steps.append(step * scales)
        }
        return steps
    }

    private func spaceOrigin(
        in space: NRRDSpace, _ remarks: inout [ImageRemark]
    ) throws(ImageFault) -> SIMD3<Double> {
        let vectors = try header["space origin"].map { _ throws(ImageFault) in
            try self.vectors("space origin", dimension: space.dimension)
        }
        guard let vectors, vectors != [nil] else {
            remarks.append(.header(.noOrigin))
            return .zero
        }
        guard vectors.count == 1, let origin = vectors[0], origin.allSatisfy(\.isFinite) else {
            throw header.invalid("space origin")
        }
        // What is to be said of the units has been said of the directions.
        var said: [ImageRemark] = []
        return SIMD3(padding: origin)
            * LengthUnit.scales(quotedTexts("space units"), remarks: &said)
    }
}

// MARK: - Without directions

extension NRRDHeader {
    private func steps(
        along axes: [Int], _ shape: [Int], _ remarks: inout [ImageRemark]
    ) throws(ImageFault) -> [SIMD3<Double>] {
        let spacings = try axisSpacings(shape)
        if spacings == nil { remarks.append(.header(.noSpacing)) }
        let scales = axisScales(axes, &remarks)
        var steps: [SIMD3<Double>] = []
        for (coordinate, axis) in axes.enumerated() {
            let spacing = spacings?[axis] ?? 1
            try check(spacing, axis)
            var step = SIMD3<Double>.zero
            step[coordinate] = spacing * scales[coordinate]
            steps.append(step)
        }
        return steps
    }

    private func axisScales(_ axes: [Int], _ remarks: inout [ImageRemark]) -> SIMD3<Double> {
        let names = quotedTexts("units")
        return LengthUnit.scales(
            axes.map { names.indices.contains($0) ? names[$0] : "" }, remarks: &remarks)
    }

    /// `spacings`, or what follows from `axis mins` and `axis maxs`; nil if the header has neither.
    private func axisSpacings(_ shape: [Int]) throws(ImageFault) -> [Double]? {
        if let spacings = try axisNumbers("spacings") { return spacings }
        guard let mins = try axisNumbers("axis mins"), let maxs = try axisNumbers("axis maxs")
        else { return nil }
        return shape.indices.map { axis in
            (maxs[axis] - mins[axis])
                / Double(isNode(axis) ? max(1, shape[axis] - 1) : shape[axis])
        }
    }

    /// The middle of the first voxel, from `axis mins`.
    private func axisOrigin(
        _ axes: [Int], _ shape: [Int], _ remarks: inout [ImageRemark]
    ) throws(ImageFault) -> SIMD3<Double> {
        guard let mins = try axisNumbers("axis mins"), axes.allSatisfy({ mins[$0].isFinite }) else {
            remarks.append(.header(.noOrigin))
            return .zero
        }
        if centres.isEmpty { remarks.append(.header(.unknownCentring)) }
        let spacings = try axisSpacings(shape)
        let middles = axes.map { axis in
            mins[axis] + (isNode(axis) ? 0 : (spacings?[axis] ?? 1) / 2)
        }
        var said: [ImageRemark] = []
        return SIMD3(padding: middles) * axisScales(axes, &said)
    }

    private var centres: [Substring] {
        (header["centers"] ?? header["centerings"] ?? "").lowercased()
            .split(whereSeparator: \.isWhitespace)
    }

    /// True if the positions along an axis are those of voxels' middles instead of their borders.
    private func isNode(_ axis: Int) -> Bool {
        axis < centres.count && centres[axis] == "node"
    }

    /// A number for each axis of the array; nil if the header has none.
    private func axisNumbers(_ name: String) throws(ImageFault) -> [Double]? {
        guard header[name] != nil else { return nil }
        let numbers = try header.numbers(name, as: Double.self)
        guard numbers.count == (try header.integer("dimension")) else { throw header.invalid(name) }
        return numbers
    }
}
