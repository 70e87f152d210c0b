internal import SegNASImaging

extension Fingerprint {
    /// The voxel grid of one case, along right, anterior and superior.
    public struct Grid: Hashable, Codable, Sendable {
        /// Voxels along each axis.
        public var size: SIMD3<Int>
        /// Voxels along each axis of the box of all that is not 0 in some channel: nnU-Net's `shapes_after_crop`.
        public var croppedSize: SIMD3<Int>
        /// Mm along each axis.
        public var spacing: SIMD3<Double>

        public init(size: SIMD3<Int>, croppedSize: SIMD3<Int>, spacing: SIMD3<Double>) {
            self.size = size
            self.croppedSize = croppedSize
            self.spacing = spacing
        }

        /// Nil if the image could not be read.
        init?(_ examination: CaseExamination) {
            guard let grid = examination.grid else { return nil }
            self.init(
                size: grid.bodySize, croppedSize: examination.content?.size ?? grid.bodySize,
                spacing: grid.bodySpacing)
        }
    }
}
