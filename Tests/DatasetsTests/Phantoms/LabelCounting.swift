import SegNASImaging

@testable import SegNASDatasets

// What tests ask of phantoms.

func bytes(_ volume: Volume) -> [UInt8] {
    volume.samples.withBytes { Array($0) }
}

/// Voxels of each label.
func histogram(_ labels: Volume, _ count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for label in bytes(labels) { counts[Int(label)] += 1 }
    return counts
}

/// The share of a label's voxels with a neighbour of another label.
func share(of label: UInt8, beside other: UInt8, in labels: Volume) -> Double {
    let values = bytes(labels)
    let size = labels.geometry.size
    let steps = [1, size.x, size.x * size.y]
    let own = values.indices.filter { values[$0] == label }
    let touching = own.filter { voxel in
        steps.contains { step in
            [voxel - step, voxel + step].contains { values.indices ~= $0 && values[$0] == other }
        }
    }
    return Double(touching.count) / Double(own.count)
}

/// The mean of an image's samples over a label's voxels.
func mean(of image: Volume, where labels: Volume, is label: UInt8) -> Double {
    let values = bytes(labels)
    return image.samples.withValues(as: Int16.self) { image in
        let own = values.indices.filter { values[$0] == label }
        return own.reduce(0) { $0 + Double(image[$1]) } / Double(own.count)
    }
}
