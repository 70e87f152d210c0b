/// A volume whose values name structures.
public struct LabelMap: Sendable {
    public var geometry: Geometry
    /// The label of each voxel, x fastest: `geometry.voxelCount` values.
    public var values: [Int32]
    /// What a user should know of how a file's values became labels.
    public internal(set) var remark: ImageRemark?

    public init(values: [Int32], geometry: Geometry) {
        precondition(values.count == geometry.voxelCount, "\(values.count) labels")
        self.geometry = geometry
        self.values = values
    }
}
