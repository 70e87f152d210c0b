/// A label map that networks see as a channel of each of its classes: 1 in the class, 0 elsewhere.
public struct ClassMasks: Sendable {
    /// Classes, uint8 `[z, y, x]`; 0 is the background, which has no channel.
    public var map: Samples
    /// Classes that have a channel: 1 … count.
    public var count: Int

    public init(_ map: Samples, count: Int) {
        precondition(map.type == .uint8 && count > 0, "a label map of some classes")
        self.map = map
        self.count = count
    }
}

extension ClassMasks {
    /// Writes the channels `[count, voxels]` of classes.
    package static func write(
        _ classes: UnsafeBufferPointer<UInt8>, count: Int, to target: UnsafeMutablePointer<Float>
    ) {
        for label in 0..<count {
            let mask = target + label * classes.count
            let value = UInt8(label + 1)
            for voxel in classes.indices { mask[voxel] = classes[voxel] == value ? 1 : 0 }
        }
    }
}
