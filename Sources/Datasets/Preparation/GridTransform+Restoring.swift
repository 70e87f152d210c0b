public import SegNASHost
public import SegNASImaging

extension GridTransform {
    /// A prediction on the prepared grid, taken back to the grid and the orientation of the image's file.
    ///
    /// Classes are uint8 [z, y, x]; the result holds the values that the table has for them, in the smallest integer
    /// type that holds all of the table's.
    public func restore(
        classes: Samples, labels: LabelTable, interpolation: LabelInterpolation = .perLabelLinear,
        threads: Int = HostResources.current().cores
    ) -> Volume {
        let size = map.size
        let volume = Volume(
            shape: [size.x, size.y, size.z], affine: prepared.affine, samples: classes)
        // The prepared grid holds the whole image, but for a part of a voxel where spacings were rounded.
        let onImage = volume.resampledLabels(by: map.inverse, interpolation, threads: threads)
            .reoriented(by: reorientation.inverse, threads: threads)
        return Volume(labels.storedValues(of: onImage.samples), geometry: original)
    }
}
