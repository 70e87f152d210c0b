internal import Datasets
internal import Imaging

/// How often each class occurs in prepared cases, the background first; voxels to ignore do not count.
func labelFrequencies(_ cases: [PreparedCase], classes: Int) -> [Double] {
    var counts = [Int](repeating: 0, count: 256)
    for example in cases {
        example.labels?.withValues(as: UInt8.self) { labels in
            for label in labels { counts[Int(label)] += 1 }
        }
    }
    return counts.prefix(classes).map(Double.init)
}
