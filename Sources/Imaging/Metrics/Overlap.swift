/// The numbers of voxels of one label that two label maps have, and share.
///
/// Formulas: Taha & Hanbury 2015, "Metrics for evaluating 3D medical image segmentation",
/// doi:10.1186/s12880-015-0068-x. A ratio is nil if it would be 0 / 0.
public struct Overlap: Hashable, Sendable {
    /// Voxels of the label in the reference, R.
    public var reference: Int
    /// Voxels of the label in the prediction, P.
    public var prediction: Int
    /// Voxels of the label in both, R ∩ P: the true positives.
    public var shared: Int

    public init(reference: Int = 0, prediction: Int = 0, shared: Int = 0) {
        self.reference = reference
        self.prediction = prediction
        self.shared = shared
    }

    /// 2 |R ∩ P| / (|R| + |P|), the coefficient of Dice.
    public var dice: Double? { ratio(2 * shared, reference + prediction) }

    /// |R ∩ P| / |R ∪ P|, the index of Jaccard.
    public var iou: Double? { ratio(shared, reference + prediction - shared) }

    /// |R ∩ P| / |R|, also called recall.
    public var sensitivity: Double? { ratio(shared, reference) }

    /// |R ∩ P| / |P|, also called positive predictive value.
    public var precision: Double? { ratio(shared, prediction) }

    /// (|P| - |R|) / |R|: positive where the prediction is too large.
    public var relativeVolumeDifference: Double? { ratio(prediction - reference, reference) }

    public static func + (a: Overlap, b: Overlap) -> Overlap {
        Overlap(
            reference: a.reference + b.reference, prediction: a.prediction + b.prediction,
            shared: a.shared + b.shared)
    }
}

private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}

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

extension Overlap {
    /// The overlap of each of some regions, which may share classes, in two arrays of classes.
    public static func perRegion(
        reference: [UInt8], prediction: [UInt8], regions: [[UInt8]]
    ) -> [Overlap] {
        precondition(
            reference.count == prediction.count,
            "\(reference.count) classes of the reference, \(prediction.count) of the prediction")
        var counts: [Pair: Int] = [:]
        reference.withUnsafeBufferPointer { reference in
            prediction.withUnsafeBufferPointer { prediction in
                forEachRun(reference, prediction) { expected, predicted, length in
                    counts[Pair(expected: expected, predicted: predicted), default: 0] += length
                }
            }
        }
        return regions.map { region in
            counts.reduce(into: Overlap()) { overlap, pair in
                let isExpected = region.contains(pair.key.expected)
                let isPredicted = region.contains(pair.key.predicted)
                if isExpected { overlap.reference += pair.value }
                if isPredicted { overlap.prediction += pair.value }
                if isExpected && isPredicted { overlap.shared += pair.value }
            }
        }
    }

    /// The classes of a voxel in two maps.
    private struct Pair: Hashable {
        var expected: UInt8
        var predicted: UInt8
    }
}

extension Overlap {
    /// The overlap of some classes together, from how often each class of the reference meets each of the prediction.
    ///
    /// - Parameters:
    ///   - counts: Voxels by the class of the reference and, within that, the class of the prediction.
    ///   - classes: The number of classes.
    ///   - members: Those that count.
    public init(pairCounts counts: [Int64], classes: Int, of members: [UInt8]) {
        precondition(
            counts.count == classes * classes, "\(counts.count) pairs of \(classes) classes")
        self.init()
        for member in members.map(Int.init) {
            for other in 0..<classes {
                let (expected, predicted) = (
                    Int(counts[member * classes + other]), Int(counts[other * classes + member])
                )
                reference += expected
                prediction += predicted
                if members.contains(UInt8(other)) { shared += expected }
            }
        }
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
