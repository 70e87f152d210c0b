internal import SegNASHost

/// The structures of a segmentation as they are painted on the grid of its series.
struct StructurePainting {
    let geometry: Geometry
    /// The structures to paint, by their numbers in the file.
    let entries: [Int: LabelNames.Entry]
    private(set) var remarks: [DICOMSegmentationRemark] = []
    private var runs: [Int: [VoxelLine]] = [:]

    init(on geometry: Geometry, of entries: [Int: LabelNames.Entry]) {
        self.geometry = geometry
        self.entries = entries
    }

    /// The structures with the values that they have in the volume.
    var names: LabelNames {
        LabelNames(entries.values.sorted { ($0.value ?? 0, $0.name) < ($1.value ?? 0, $1.name) })
    }

    /// Adds voxels of the structure with a number of the file, unless that is left out.
    mutating func add(_ run: VoxelLine, of number: Int) {
        guard entries[number] != nil else { return }
        runs[number, default: []].append(run)
    }

    mutating func add(_ remark: DICOMSegmentationRemark) { remarks.append(remark) }
}

/// Voxels in a line of an array: every so many from a first one on.
struct VoxelLine {
    var start: Int
    var stride: Int
    var count: Int
}

extension StructurePainting {
    /// The value of each voxel, 0 outside of all structures, in the smallest type of whole numbers.
    ///
    /// The largest structure is painted first. Of structures that share voxels, a remark is added for each pair.
    mutating func volume(_ path: String) throws(ImageError) -> Volume {
        let values = entries.values.compactMap(\.value)
        let range = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
        let samples =
            switch range {
            case (0..., ...0xFF): try painted(as: UInt8.self, path)
            case (0..., ...0xFFFF): try painted(as: UInt16.self, path)
            default: try painted(as: Int32.self, path)
            }
        return Volume(samples, geometry: geometry)
    }

    private mutating func painted<Value: Sample & FixedWidthInteger>(
        as type: Value.Type, _ path: String
    ) throws(ImageError) -> Samples {
        let byteCount = geometry.voxelCount * MemoryLayout<Value>.size
        let room = try SampleBuffer.memory(for: path, byteCount: byteCount)
        let voxels = room.bytes.bindMemory(to: Value.self)
        voxels.initialize(repeating: 0)
        let sizes = sizes
        let order = sizes.keys.sorted {
            (sizes[$1] ?? 0, $0) < (sizes[$0] ?? 0, $1)
        }
        var shared: [Value: [Value: Int]] = [:]
        for number in order {
            guard let value = entries[number]?.value.map({ Value(clamping: $0) }) else {
                continue
            }
            forEachVoxel(of: runs[number] ?? []) { index in
                let before = voxels[index]
                if before != 0, before != value {
                    shared[value, default: [:]][before, default: 0] += 1
                }
                voxels[index] = value
            }
        }
        remark(shared)
        return Samples(room, type: Value.sampleType)
    }

    /// The voxels of each structure; runs of one may share some.
    private var sizes: [Int: Int] {
        var marks = [UInt64](repeating: 0, count: geometry.voxelCount / 64 + 1)
        return runs.mapValues { runs in
            var count = 0
            forEachVoxel(of: runs) { index in
                let bit: UInt64 = 1 << UInt64(index % 64)
                if marks[index / 64] & bit == 0 { count += 1 }
                marks[index / 64] |= bit
            }
            forEachVoxel(of: runs) { marks[$0 / 64] = 0 }
            return count
        }
    }

    private func forEachVoxel(of runs: [VoxelLine], _ body: (Int) -> Void) {
        for run in runs {
            for step in 0..<run.count { body(run.start + step * run.stride) }
        }
    }

    private mutating func remark<Value: FixedWidthInteger>(_ shared: [Value: [Value: Int]]) {
        func name(_ value: Value) -> String {
            entries.values.first { $0.value == Int(value) }?.name ?? "\(value)"
        }
        for (value, others) in shared.sorted(by: { $0.key < $1.key }) {
            for (other, count) in others.sorted(by: { $0.key < $1.key }) {
                remarks.append(.overlap(of: name(other), count, with: name(value)))
            }
        }
    }
}
