extension Overlap {
    /// The overlap of each class of two arrays of classes, 0 ..< `classes`; for Dice alone, with no regard to space.
    ///
    /// Voxels of further classes count for none.
    public static func perClass(
        reference: [UInt8], prediction: [UInt8], classes: Int
    ) -> [Overlap] {
        reference.withUnsafeBufferPointer { reference in
            prediction.withUnsafeBufferPointer { prediction in
                perClass(reference: reference, prediction: prediction, classes: classes)
            }
        }
    }

    /// The overlap of each class of two buffers of classes, as above.
    public static func perClass(
        reference: UnsafeBufferPointer<UInt8>, prediction: UnsafeBufferPointer<UInt8>, classes: Int
    ) -> [Overlap] {
        precondition(
            reference.count == prediction.count,
            "\(reference.count) classes of the reference, \(prediction.count) of the prediction")
        precondition((1...256).contains(classes), "\(classes) classes in one byte")
        var overlaps = [Overlap](repeating: Overlap(), count: 256)
        overlaps.withUnsafeMutableBufferPointer { overlaps in
            forEachRun(reference, prediction) { expected, predicted, length in
                overlaps[Int(expected)].reference += length
                overlaps[Int(predicted)].prediction += length
                if expected == predicted { overlaps[Int(expected)].shared += length }
            }
        }
        return Array(overlaps.prefix(classes))
    }
}

/// Calls a body for voxels that follow each other with the same pair of classes.
@inline(__always)
private func forEachRun(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>,
    _ body: (UInt8, UInt8, Int) -> Void
) {
    guard let aWords = UnsafeRawPointer(a.baseAddress), let bWords = UnsafeRawPointer(b.baseAddress)
    else { return }
    var start = 0
    while start < a.count {
        let pair = (a[start], b[start])
        let repeated = (UInt64(pair.0) &* everyByte, UInt64(pair.1) &* everyByte)
        var end = start + 1
        // Eight voxels at a time: most lie inside of a structure.
        while end + 8 <= a.count,
            aWords.loadUnaligned(fromByteOffset: end, as: UInt64.self) == repeated.0,
            bWords.loadUnaligned(fromByteOffset: end, as: UInt64.self) == repeated.1
        { end += 8 }
        while end < a.count, a[end] == pair.0, b[end] == pair.1 { end += 1 }
        body(pair.0, pair.1, end - start)
        start = end
    }
}

private let everyByte: UInt64 = 0x0101_0101_0101_0101
