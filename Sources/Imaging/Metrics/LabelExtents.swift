internal import SegNASHost

/// Where each label lies in two label maps, and in how many voxels.
struct LabelExtents {
    /// What is known of one label.
    struct Extent {
        var overlap = Overlap()
        /// The voxels of both; empty where none has the label.
        var box = VoxelBox()
        var reference: [VoxelRun] = []
        var prediction: [VoxelRun] = []
    }

    /// In the order of the labels asked for.
    private(set) var extents: [Extent]
    private let places: LabelPlaces
    private let recordsRuns: Bool

    /// Passes once over two maps of the same size, in slabs; voxels where the reference is `ignored` count for no label.
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
        places = LabelPlaces(labels)
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
