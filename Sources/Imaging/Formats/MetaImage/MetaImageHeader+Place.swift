/// Where the voxels lie: in mm, towards left, posterior and superior.
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

    /// Where each axis of space leads.
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

    /// Numbers that a header may give under several names, which must agree; nil where it has none of them.
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

/// Parts of the header that have no say, and may yet contradict those that have.
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

    /// Where axes lead whose letters say where they come from, as `RAI` for those from right, anterior and inferior.
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
