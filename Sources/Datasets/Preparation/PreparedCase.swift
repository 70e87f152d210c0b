public import SegNASImaging

/// A case as a network sees it: on the prepared grid, normalised, labels as classes.
public struct PreparedCase: Sendable {
    public var identifier: String
    /// Voxels of the prepared grid along x, y and z.
    public var size: SIMD3<Int>
    /// Normalised intensities, float32 [channels, z, y, x].
    public var image: Samples
    /// Classes, uint8 [z, y, x], `LabelTable.ignoredClass` for voxels to ignore; nil where there is no label map.
    public var labels: Samples?

    public var channels: Int { image.count / (size.x * size.y * size.z) }
}
