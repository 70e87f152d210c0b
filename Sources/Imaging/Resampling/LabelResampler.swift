internal import SegNASHost

/// The interpolation of labels between voxels.
public enum LabelInterpolation: String, CaseIterable, Codable, Sendable {
    /// The label of the voxel whose centre is nearest.
    case nearest
    /// The label whose linearly interpolated mask is the largest, of equal ones (to 1e-5) the smallest label.
    ///
    /// Outlines become smoother than with `nearest`, and no labels arise that the source does not hold.
    case perLabelLinear
}

/// Brings label maps to another grid; labels are only moved, never mixed.
package struct LabelResampler: Sendable {
    private let map: GridMap
    private let x: CornerTable
    private let y: CornerTable
    private let z: CornerTable
    private let threads: Int

    /// `border` says whether voxels that the source does not reach get the label 0 or that of its border.
    package init(
        _ map: GridMap, _ interpolation: LabelInterpolation, border: ImageBorder, threads: Int
    ) {
        self.map = map
        x = CornerTable(map.x, interpolation, border: border)
        y = CornerTable(map.y, interpolation, border: border)
        z = CornerTable(map.z, interpolation, border: border)
        self.threads = threads
    }

    /// The labels of the target grid's voxels, in the type of the source.
    package func resample(_ labels: Samples) -> Samples {
        switch labels.type {
        case .uint8: resampled(labels, as: UInt8.self)
        case .int8: resampled(labels, as: Int8.self)
        case .uint16: resampled(labels, as: UInt16.self)
        case .int16: resampled(labels, as: Int16.self)
        case .uint32: resampled(labels, as: UInt32.self)
        case .int32: resampled(labels, as: Int32.self)
        case .uint64: resampled(labels, as: UInt64.self)
        case .int64: resampled(labels, as: Int64.self)
        case .float32: resampled(labels, as: Float.self)
        case .float64: resampled(labels, as: Double.self)
        }
    }

    private func resampled<Label: Sample & ExpressibleByIntegerLiteral>(
        _ labels: Samples, as type: Label.Type
    ) -> Samples {
        labels.withValues(as: type) { source in
            Samples(count: map.size.x * map.size.y * map.size.z) { target in
                resample(source, into: target, background: 0)
            }
        }
    }

    private func resample<Label: Sample>(
        _ source: UnsafeBufferPointer<Label>, into target: UnsafeMutableBufferPointer<Label>,
        background: Label
    ) {
        precondition(source.count == map.sourceSize.x * map.sourceSize.y * map.sourceSize.z)
        precondition(target.count == map.size.x * map.size.y * map.size.z)
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let grids = Grids(source: from, target: to, background: background)
        concurrently(map.size.z, threads: threads) { slice in
            for line in 0..<map.size.y { fill(grids, line: line, slice: slice) }
        }
    }

    /// Slices of the target are written by one thread each, and the source is only read.
    private struct Grids<Label>: @unchecked Sendable {
        let source: UnsafePointer<Label>
        let target: UnsafeMutablePointer<Label>
        let background: Label
    }

    private func fill<Label: Sample>(_ grids: Grids<Label>, line: Int, slice: Int) {
        let out = grids.target + (slice * map.size.y + line) * map.size.x
        guard y.covered.contains(line), z.covered.contains(slice) else {
            out.update(repeating: grids.background, count: map.size.x)
            return
        }
        out.fill(with: grids.background, outside: x.covered, of: map.size.x)
        let rows = Rows(
            source: grids.source, size: map.sourceSize, y: y.corners[line], z: z.corners[slice])
        x.corners.withUnsafeBufferPointer { corners in
            for index in x.covered { out[index] = rows.label(at: corners[index]) }
        }
    }
}

/// The two source voxels between which each target voxel of an axis lies.
private struct CornerTable: Sendable {
    let corners: [Corner]
    let covered: Range<Int>

    init(_ map: AxisMap, _ interpolation: LabelInterpolation, border: ImageBorder) {
        corners = (0..<map.count).map { index in
            let position = min(max(0, map(index)), Double(map.sourceCount - 1))
            guard interpolation == .perLabelLinear else {
                let nearest = Int((map(index) + 0.5).rounded(.down))
                return Corner(voxel: min(max(0, nearest), map.sourceCount - 1))
            }
            return Corner(position: position, count: map.sourceCount)
        }
        covered = map.covered(border)
    }
}

/// Two neighbours and their weights, in parts of `Corner.one`: integers, whose sums do not depend on their order.
private struct Corner: Sendable {
    static let one: UInt64 = 1 << 20
    /// Sums of products of three weights that differ by less, 1e-5 of the whole, are equal but for rounding.
    static let rounding: UInt64 = 1 << 43

    let first: Int
    let second: Int
    let secondWeight: UInt64

    var firstWeight: UInt64 { Self.one - secondWeight }

    init(voxel: Int) {
        (first, second, secondWeight) = (voxel, voxel, 0)
    }

    init(position: Double, count: Int) {
        first = min(Int(position), count - 1)
        second = min(first + 1, count - 1)
        secondWeight = UInt64(((position - Double(first)) * Double(Self.one)).rounded())
    }
}

/// The four source rows that a target row lies between.
private struct Rows<Label: Sample> {
    private let rows:
        (UnsafePointer<Label>, UnsafePointer<Label>, UnsafePointer<Label>, UnsafePointer<Label>)
    private let weights: SIMD4<UInt64>
    /// Only the first row has weight.
    private let isSingle: Bool

    init(source: UnsafePointer<Label>, size: SIMD3<Int>, y: Corner, z: Corner) {
        func row(_ y: Int, _ z: Int) -> UnsafePointer<Label> {
            source + (z * size.y + y) * size.x
        }
        rows = (
            row(y.first, z.first), row(y.second, z.first), row(y.first, z.second),
            row(y.second, z.second)
        )
        weights = [
            y.firstWeight * z.firstWeight, y.secondWeight * z.firstWeight,
            y.firstWeight * z.secondWeight, y.secondWeight * z.secondWeight,
        ]
        isSingle = y.secondWeight == 0 && z.secondWeight == 0
    }

    @inline(__always)
    func label(at x: Corner) -> Label {
        let first = rows.0[x.first]
        let second = rows.0[x.second]
        if isSingle { return between(first, second, at: x) }
        // Nearly all voxels lie inside a structure.
        if first == second, rows.1[x.first] == first, rows.1[x.second] == first,
            rows.2[x.first] == first, rows.2[x.second] == first,
            rows.3[x.first] == first, rows.3[x.second] == first
        {
            return first
        }
        return vote(at: x)
    }

    @inline(__always)
    private func between(_ first: Label, _ second: Label, at x: Corner) -> Label {
        if x.firstWeight == x.secondWeight { return min(first, second) }
        return x.firstWeight > x.secondWeight ? first : second
    }

    /// The label to which the eight corners give most weight.
    @inline(never)
    private func vote(at x: Corner) -> Label {
        let corners = Corners(
            labels: (
                rows.0[x.first], rows.1[x.first], rows.2[x.first], rows.3[x.first],
                rows.0[x.second], rows.1[x.second], rows.2[x.second], rows.3[x.second]
            ),
            weights: SIMD8(
                lowHalf: weights &* SIMD4(repeating: x.firstWeight),
                highHalf: weights &* SIMD4(repeating: x.secondWeight)))
        var best = (label: corners.labels.0, weight: corners.weight(of: corners.labels.0))
        corners.consider(corners.labels.1, &best)
        corners.consider(corners.labels.2, &best)
        corners.consider(corners.labels.3, &best)
        corners.consider(corners.labels.4, &best)
        corners.consider(corners.labels.5, &best)
        corners.consider(corners.labels.6, &best)
        corners.consider(corners.labels.7, &best)
        return best.label
    }
}

/// Eight neighbours and their weights, in a tuple because arrays would ask for memory at each voxel.
private struct Corners<Label: Sample> {
    let labels: (Label, Label, Label, Label, Label, Label, Label, Label)
    let weights: SIMD8<UInt64>

    /// The total weight of all neighbours with a label.
    @inline(__always)
    func weight(of label: Label) -> UInt64 {
        var sum: UInt64 = 0
        if labels.0 == label { sum += weights[0] }
        if labels.1 == label { sum += weights[1] }
        if labels.2 == label { sum += weights[2] }
        if labels.3 == label { sum += weights[3] }
        if labels.4 == label { sum += weights[4] }
        if labels.5 == label { sum += weights[5] }
        if labels.6 == label { sum += weights[6] }
        if labels.7 == label { sum += weights[7] }
        return sum
    }

    @inline(__always)
    func consider(_ label: Label, _ best: inout (label: Label, weight: UInt64)) {
        guard label != best.label else { return }
        let weight = weight(of: label)
        let isEqual = max(weight, best.weight) - min(weight, best.weight) < Corner.rounding
        if isEqual ? label < best.label : weight > best.weight { best = (label, weight) }
    }
}
