public import SegNASImaging

/// Between the grid that an image is stored on and the grid that a network sees.
public struct GridTransform: Hashable, Codable, Sendable {
    /// The grid of the image's file.
    public var original: Geometry
    /// What brought its axes to the order of the prepared grid.
    public var reorientation: Reorientation
    /// Where the prepared voxels lie in the reoriented image.
    public var map: GridMap

    /// Where the prepared grid lies in space.
    public var prepared: Geometry { map(reorientation(original)) }
}
