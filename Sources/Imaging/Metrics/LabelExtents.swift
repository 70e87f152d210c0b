internal import SegNASHost

/// The extents of each label in two label maps, and its numbers of voxels.
struct LabelExtents {
    /// The extent of one label.
    struct Extent {
        var overlap = Overlap()
        /// The box of the voxels of both; empty if none has the label.
        var box = VoxelBox()
        var reference: [VoxelRun] = []
        var prediction: [VoxelRun] = []
    }

    /// The extents in the order of the requested labels.
    private(set) var extents: [Extent]
    private let places: LabelIndex
    private let recordsRuns: Bool

    /// Passes once over two maps of the same size, in slabs; voxels where the reference is `ignored` do not count.
    init(
        reference: LabelMap, prediction: LabelMap, labels: [Int32], ignored: Int32?,
        recordsRuns: Bool, threads: Int
    ) {
        let size = reference.geometry.size
        let empty = LabelExtents(labels: labels, recordsRuns: recordsRuns)
        let slabs = max(1, min(threads, size.z))
        let parts = concurrentMap(slabs, threads: threads) { slab in
            var part = empty
            reference.values.withUnsafeBufferPointer { reference in
                prediction.values.withUnsafeBufferPointer { prediction in
                    let rows =
                        size.y * (size.z * slab / slabs)..<size.y * (size.z * (slab + 1) / slabs)
                    part.add(rows, of: size, reference, prediction, ignored)
                }
            }
            return part
        }
        self = parts.dropFirst().reduce(into: parts.first ?? empty) { $0.merge($1) }
    }

    private init(labels: [Int32], recordsRuns: Bool) {
        extents = Array(repeating: Extent(), count: labels.count)
        places = LabelIndex(labels)
        self.recordsRuns = recordsRuns
    }

    private mutating func merge(_ other: LabelExtents) {
        for (index, extent) in other.extents.enumerated() {
            extents[index].overlap = extents[index].overlap + extent.overlap
            extents[index].box.formUnion(extent.box)
            extents[index].reference += extent.reference
            extents[index].prediction += extent.prediction
        }
    }

    private mutating func add(
        _ rows: Range<Int>, of size: SIMD3<Int>, _ reference: UnsafeBufferPointer<Int32>,
        _ prediction: UnsafeBufferPointer<Int32>, _ ignored: Int32?
    ) {
        for row in rows {
            let first = row * size.x
            var start = 0
            while start < size.x {
                let (expected, predicted) = (reference[first + start], prediction[first + start])
                var end = start + 1
                while end < size.x, reference[first + end] == expected,
                    prediction[first + end] == predicted
                { end += 1 }
                if expected != ignored {
                    add(VoxelRun(row: row, start..<end), expected, predicted, size)
                }
                start = end
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ run: VoxelRun, _ expected: Int32, _ predicted: Int32, _ size: SIMD3<Int>
    ) {
        if let place = places[expected] {
            extents[place].overlap.reference += run.count
            if expected == predicted { extents[place].overlap.shared += run.count }
            extents[place].box.add(run, height: size.y)
            if recordsRuns { extents[place].reference.extend(with: run) }
        }
        if let place = places[predicted] {
            extents[place].overlap.prediction += run.count
            if expected != predicted { extents[place].box.add(run, height: size.y) }
            if recordsRuns { extents[place].prediction.extend(with: run) }
        }
    }
}

/// The place of each label in a list: by a table where the labels lie close together.
struct LabelIndex: Sendable {
    private let lowest: Int32
    private let places: [Int32]
    private let scattered: [Int32: Int]

    init(_ labels: [Int32]) {
        lowest = labels.min() ?? 0
        let span = Int(labels.max() ?? 0) - Int(lowest) + 1
        guard span <= 1 << 16 else {
            places = []
            scattered = Dictionary(
                uniqueKeysWithValues: labels.enumerated().map { ($0.element, $0.offset) })
            return
        }
        var places = [Int32](repeating: -1, count: span)
        for (place, label) in labels.enumerated() {
            places[Int(label) - Int(lowest)] = Int32(place)
        }
        self.places = places
        scattered = [:]
    }

    subscript(label: Int32) -> Int? {
        guard scattered.isEmpty else { return scattered[label] }
        let index = Int(label) - Int(lowest)
        guard index >= 0, index < places.count, places[index] >= 0 else { return nil }
        return Int(places[index])
    }
}

/// A box of voxels; empty at first.
struct VoxelBox: Equatable, Sendable {
    /// The first voxel along each axis.
    private(set) var lower = SIMD3(repeating: Int.max)
    /// The voxel behind the last along each axis.
    private(set) var upper = SIMD3(repeating: Int.min)

    var isEmpty: Bool { upper.x == .min }

    var size: SIMD3<Int> { isEmpty ? .zero : upper &- lower }

    var voxelCount: Int { size.x * size.y * size.z }

    /// Grows to hold a run of a volume with rows of `height` in a slice.
    mutating func add(_ run: VoxelRun, height: Int) {
        let (z, y) = Int(run.row).quotientAndRemainder(dividingBy: height)
        lower = pointwiseMin(lower, SIMD3(Int(run.start), y, z))
        upper = pointwiseMax(upper, SIMD3(Int(run.end), y + 1, z + 1))
    }

    mutating func formUnion(_ other: VoxelBox) {
        lower = pointwiseMin(lower, other.lower)
        upper = pointwiseMax(upper, other.upper)
    }
}

/// Voxels that follow each other along x.
struct VoxelRun {
    /// The row in the volume: z · height + y.
    let row: Int32
    let start: Int32
    /// The voxel behind the last.
    private(set) var end: Int32

    init(row: Int, _ range: Range<Int>) {
        self.row = Int32(row)
        start = Int32(range.lowerBound)
        end = Int32(range.upperBound)
    }

    var count: Int { Int(end - start) }

    /// Grows by a run that begins where this one ends; false if another does not.
    mutating func join(_ next: VoxelRun) -> Bool {
        guard next.row == row, next.start == end else { return false }
        end = next.end
        return true
    }
}

extension [VoxelRun] {
    /// Adds a run behind all others, as a part of the last where they touch.
    mutating func extend(with run: VoxelRun) {
        if isEmpty || !self[count - 1].join(run) { append(run) }
    }
}
