extension LabelMetrics: Encodable {
    private enum Key: String, CodingKey {
        case label, presence, referenceVoxels, predictionVoxels, sharedVoxels
        case dice, iou, sensitivity, precision, volumeDifference, relativeVolumeDifference
        case hausdorff, hausdorffPercentile, averageSurfaceDistance, surfaceDice
    }

    /// Writes counts and all metrics side by side; those that are not defined are left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(label, forKey: .label)
        try container.encode(presence, forKey: .presence)
        try container.encode(overlap.reference, forKey: .referenceVoxels)
        try container.encode(overlap.prediction, forKey: .predictionVoxels)
        try container.encode(overlap.shared, forKey: .sharedVoxels)
        try container.encodeIfPresent(overlap.dice, forKey: .dice)
        try container.encodeIfPresent(overlap.iou, forKey: .iou)
        try container.encodeIfPresent(overlap.sensitivity, forKey: .sensitivity)
        try container.encodeIfPresent(overlap.precision, forKey: .precision)
        if presence != .neither {
            try container.encode(volumeDifference, forKey: .volumeDifference)
        }
        try container.encodeIfPresent(
            overlap.relativeVolumeDifference, forKey: .relativeVolumeDifference)
        try container.encodeIfPresent(distances?.hausdorff, forKey: .hausdorff)
        try container.encodeIfPresent(distances?.hausdorffPercentile, forKey: .hausdorffPercentile)
        try container.encodeIfPresent(distances?.average, forKey: .averageSurfaceDistance)
        try container.encodeIfPresent(surfaceDice, forKey: .surfaceDice)
    }
}
