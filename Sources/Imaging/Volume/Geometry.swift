/// Where the voxels of an image lie in space.
///
/// Two are equal where voxels lie alike, whatever the headers say them with; records keep the place only.
public struct Geometry: Sendable {
    /// Voxels along x, y and z of the stored array, the first fastest in memory.
    public var size: SIMD3<Int>
    /// From voxel indices to mm.
    public var affine: Affine {
        didSet { if affine != oldValue { forms = nil } }
    }
    /// What the NIfTI header says that this was read from; nil for others, and where the affine was changed.
    public private(set) var forms: NIfTIForms?

    public init(size: SIMD3<Int>, affine: Affine) {
        self.init(size: size, affine: affine, forms: nil)
    }

    init(size: SIMD3<Int>, affine: Affine, forms: NIfTIForms?) {
        self.size = size
        self.affine = affine
        self.forms = forms
    }

    public var voxelCount: Int { size.x * size.y * size.z }

    /// Length of a voxel along each of its axes, in mm.
    public var spacing: SIMD3<Double> { affine.spacing }
}

extension Geometry: Hashable {
    public static func == (a: Geometry, b: Geometry) -> Bool {
        a.size == b.size && a.affine == b.affine
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(affine)
    }
}

extension Geometry: Codable {
    private enum CodingKeys: String, CodingKey {
        case size, affine
    }
}
