internal import Host

/// How the anatomy of cases is brought to a page.
public struct AnatomyOptions: Sendable {
    /// The most bytes that a case adds to the page.
    public var bytesPerCase = 1_000_000
    /// Mm around the labels that slices show.
    public var margin = 8.0
    /// The most voxels of a case; the browser draws a picture of as many pixels, and small ones refuse 16 million.
    public var voxelLimit = 8_000_000
    /// Vertices of a map's surfaces, which decide how coarse those of large labels are.
    public var vertices = 60_000
    public var threads = HostResources.current().cores

    public init() {}
}
