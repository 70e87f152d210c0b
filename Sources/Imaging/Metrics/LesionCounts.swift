/// The lesions of one label in a reference and in a prediction: connected components, and which of them meet.
///
/// A lesion of the reference is found if it shares at least one voxel with the prediction, and a predicted one is false
/// if it shares none with the reference: the counts of ISLES 2022 (Hernandez Petzsche et al. 2022,
/// doi:10.1038/s41597-022-01875-5). A ratio is nil if it would be 0 / 0.
public struct LesionCounts: Hashable, Sendable {
    /// Lesions of the reference.
    public var reference = 0
    /// Lesions of the prediction.
    public var prediction = 0
    /// Lesions of the reference that are found: the true positives, TP.
    public var found = 0
    /// Lesions of the prediction that the reference does not have, FP.
    public var falsePositives = 0

    public init() {}

    /// Lesions of the reference that are not found, FN.
    public var missed: Int { reference - found }

    /// TP / (TP + FN), also called recall.
    public var sensitivity: Double? { ratio(found, reference) }

    /// TP / (TP + FP).
    ///
    /// One predicted lesion that meets several of the reference counts as many true positives.
    public var precision: Double? { ratio(found, found + falsePositives) }

    /// 2 TP / (2 TP + FP + FN), the harmonic mean of sensitivity and precision.
    public var f1: Double? { ratio(2 * found, 2 * found + falsePositives + missed) }

    public static func + (a: LesionCounts, b: LesionCounts) -> LesionCounts {
        var sum = a
        sum.reference += b.reference
        sum.prediction += b.prediction
        sum.found += b.found
        sum.falsePositives += b.falsePositives
        return sum
    }
}

private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}

extension LesionCounts {
    /// The smallest lesion that counts by default, in mm³: that of MSSEG 2016.
    ///
    /// Commowick et al. 2018, "Objective evaluation of multiple sclerosis lesion segmentation using a data management
    /// and processing infrastructure", doi:10.1038/s41598-018-31911-7.
    public static let smallestVolume = 3.0

    /// Counts the lesions of some labels, which are components by faces, edges and corners (26 neighbours).
    ///
    /// Components that are smaller than `smallest` are counted neither as lesions of the reference nor as false ones;
    /// yet a lesion that only a smaller component meets is found, and one that meets only a smaller component of the
    /// reference is not false.
    ///
    /// - Parameters:
    ///   - reference: The true label map.
    ///   - prediction: The label map to compare, on the grid of the reference, in any order and direction of axes.
    ///   - labels: Those to count, each once.
    ///   - smallest: The volume in mm³ from which on a component counts; 0 for all.
    ///   - ignored: Voxels where the reference has this label belong to no lesion.
    ///   - threads: For bringing the prediction onto the grid of the reference.
    /// - Returns: The counts of each label, in order.
    /// - Throws: ``GridMismatch`` where sizes or positions of the voxels differ.
    public static func counts(
        reference: LabelMap, prediction: LabelMap, labels: [Int32],
        smallest: Double = smallestVolume, ignoring ignored: Int32? = nil, threads: Int = 1
    ) throws(GridMismatch) -> [LesionCounts] {
        guard var prediction = prediction.reoriented(onto: reference.geometry, threads: threads)
        else {
            throw GridMismatch(reference: reference.geometry, prediction: prediction.geometry)
        }
        // A label may be 0: the classes of components begin with 1.
        let places = LabelIndex(labels)
        let grouping: (Int32) -> Int32 = { places[$0].map { Int32($0 + 1) } ?? 0 }
        if let ignored { prediction.clear(where: reference, is: ignored, as: grouping) }
        let voxel = abs(reference.geometry.affine.determinant)
        var counts = [LesionCounts](repeating: LesionCounts(), count: labels.count)
        let pair = LesionPair(
            reference: ConnectedComponents(of: reference, grouping: grouping),
            prediction: ConnectedComponents(of: prediction, grouping: grouping))
        pair.add(to: &counts, from: smallest / voxel)
        return counts
    }
}

/// The components of two maps on the same grid.
private struct LesionPair {
    let reference: ConnectedComponents
    let prediction: ConnectedComponents

    /// Adds the components that have at least so many voxels.
    func add(to counts: inout [LesionCounts], from smallest: Double) {
        let isShared = shared()
        // Spacings are stored in 32 bits: three voxels of 1 mm are 3 mm³ nevertheless.
        let smallest = smallest * (1 - 1e-6)
        for (component, isFound) in zip(reference.components, isShared.reference)
        where Double(component.voxelCount) >= smallest {
            counts[Int(component.label) - 1].reference += 1
            if isFound { counts[Int(component.label) - 1].found += 1 }
        }
        for (component, isTrue) in zip(prediction.components, isShared.prediction)
        where Double(component.voxelCount) >= smallest {
            counts[Int(component.label) - 1].prediction += 1
            if !isTrue { counts[Int(component.label) - 1].falsePositives += 1 }
        }
    }

    /// For each component, whether it shares a voxel with one of the same class in the other map.
    private func shared() -> (reference: [Bool], prediction: [Bool]) {
        var result = (
            reference: [Bool](repeating: false, count: reference.components.count),
            prediction: [Bool](repeating: false, count: prediction.components.count)
        )
        var (place, other) = (0, 0)
        while place < reference.runs.count, other < prediction.runs.count {
            let (a, b) = (reference.runs[place], prediction.runs[other])
            if a.voxels.overlaps(b.voxels),
                reference.components[a.component].label == prediction.components[b.component].label
            {
                result.reference[a.component] = true
                result.prediction[b.component] = true
            }
            if a.voxels.upperBound < b.voxels.upperBound { place += 1 } else { other += 1 }
        }
        return result
    }
}

extension LabelMap {
    /// Gives voxels where a map on the same grid has a label a value that is in no class.
    fileprivate mutating func clear(
        where other: LabelMap, is label: Int32, as grouping: (Int32) -> Int32
    ) {
        guard other.values.contains(label) else { return }
        // The ignored label itself is none of those that are counted.
        precondition(grouping(label) == 0, "label \(label) is both counted and ignored")
        for index in values.indices where other.values[index] == label { values[index] = label }
    }
}

extension LesionCounts: Codable {
    private enum Key: String, CodingKey {
        case reference = "n_ref"
        case prediction = "n_pred"
        case found = "TP"
        case falsePositives = "FP"
        case missed = "FN"
        case sensitivity = "Sensitivity"
        case precision = "Precision"
        case f1 = "F1"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        reference = try container.decode(Int.self, forKey: .reference)
        prediction = try container.decode(Int.self, forKey: .prediction)
        found = try container.decode(Int.self, forKey: .found)
        falsePositives = try container.decode(Int.self, forKey: .falsePositives)
    }

    /// Writes counts and ratios; a ratio that is not defined is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(reference, forKey: .reference)
        try container.encode(prediction, forKey: .prediction)
        try container.encode(found, forKey: .found)
        try container.encode(falsePositives, forKey: .falsePositives)
        try container.encode(missed, forKey: .missed)
        try container.encode(sensitivity, forKey: .sensitivity)
        try container.encode(precision, forKey: .precision)
        try container.encode(f1, forKey: .f1)
    }
}
