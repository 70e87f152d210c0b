/// A volume whose values name structures.
public struct LabelMap: Sendable {
    public var geometry: Geometry
    /// The label of each voxel, x fastest: `geometry.voxelCount` values.
    public var values: [Int32]
    /// A remark about how a file's values became labels.
    public internal(set) var remark: ImageRemark?

    public init(values: [Int32], geometry: Geometry) {
        precondition(values.count == geometry.voxelCount, "\(values.count) labels")
        self.geometry = geometry
        self.values = values
    }
}

extension LabelMap {
    /// The labels of an image file, unless the file itself says that its values are not labels.
    public init(_ file: ImageFile) throws(LabelFault) {
        if let fault = file.labelNames?.fault { throw fault }
        try self.init(file.volume)
    }

    /// Reads an image file of labels.
    ///
    /// - Parameters:
    ///   - path: A file of any format that volumes are read from.
    ///   - values: As for `ImageFile`: the values of structures, where the file is a DICOM segmentation.
    /// - Throws: `ImageError` where it cannot be read, `LabelFileError` if its values are not labels.
    public init(contentsOf path: String, values: LabelNames? = nil) throws {
        let file = try ImageFile(contentsOf: path, values: values)
        do throws(LabelFault) {
            try self.init(file)
        } catch {
            throw LabelFileError(file: path, fault: error)
        }
    }
}

extension LabelMap {
    /// The number of voxels of each label that occurs.
    public var labelCounts: [Int32: Int] {
        values.withUnsafeBufferPointer { values in
            guard let (lowest, highest) = range(of: values) else { return [:] }
            let span = Int(highest) - Int(lowest) + 1
            guard span <= 1 << 16 else { return sparseCounts(values) }
            return histogram(values, lowest: lowest, span: span)
        }
    }
}

private func range(of values: UnsafeBufferPointer<Int32>) -> (Int32, Int32)? {
    guard let first = values.first else { return nil }
    var (lowest, highest) = (first, first)
    for value in values {
        lowest = min(lowest, value)
        highest = max(highest, value)
    }
    return (lowest, highest)
}

private func histogram(
    _ values: UnsafeBufferPointer<Int32>, lowest: Int32, span: Int
) -> [Int32: Int] {
    var counts = [Int](repeating: 0, count: span)
    counts.withUnsafeMutableBufferPointer { counts in
        forEachRun(values) { counts[Int($0) - Int(lowest)] += $1 }
    }
    var result: [Int32: Int] = [:]
    for (index, count) in counts.enumerated() where count > 0 {
        result[Int32(Int(lowest) + index)] = count
    }
    return result
}

private func sparseCounts(_ values: UnsafeBufferPointer<Int32>) -> [Int32: Int] {
    var counts: [Int32: Int] = [:]
    forEachRun(values) { counts[$0, default: 0] += $1 }
    return counts
}

/// Calls a body with each label and how often it follows itself: labels are mostly surrounded by their own.
@inline(__always)
private func forEachRun(
    _ values: UnsafeBufferPointer<Int32>, _ body: (Int32, Int) -> Void
) {
    var start = 0
    while start < values.count {
        var end = start + 1
        while end < values.count && values[end] == values[start] { end += 1 }
        body(values[start], end - start)
        start = end
    }
}

/// The numbers of voxels of some labels in each plane of an array, along its three axes.
@usableFromInline
package struct PlaneCounts: Sendable {
    @usableFromInline package let axes: [[Int]]

    /// Counts the values for which a condition holds.
    @inlinable
    package init<Value>(_ values: [Value], size: SIMD3<Int>, where isCounted: (Value) -> Bool) {
        var (x, y, z) = (
            [Int](repeating: 0, count: size.x), [Int](repeating: 0, count: size.y),
            [Int](repeating: 0, count: size.z)
        )
        var index = 0
        for slice in 0..<size.z {
            for line in 0..<size.y {
                for column in 0..<size.x {
                    if isCounted(values[index]) {
                        x[column] += 1
                        y[line] += 1
                        z[slice] += 1
                    }
                    index += 1
                }
            }
        }
        axes = [x, y, z]
    }
}
