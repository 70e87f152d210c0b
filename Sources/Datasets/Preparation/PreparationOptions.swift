public import SegNASImaging

/// How the images of a dataset are brought to the one grid that a network is trained on.
public struct PreparationOptions: Hashable, Codable, Sendable {
    /// Voxels of the prepared grid along x, y and z.
    public var size: SIMD3<Int>
    public var fit: Fit
    /// Whether the axes are first brought to run right, anterior, superior.
    public var isCanonical: Bool
    public var spacing: Spacing
    /// With `resize`: whether the body keeps its proportions, and zeros fill the rest of the grid.
    public var keepsProportions: Bool
    public var normalization: IntensityNormalization
    public var interpolation: ImageInterpolation
    public var labelInterpolation: LabelInterpolation

    /// What brings an image to the prepared size.
    public enum Fit: String, CaseIterable, Codable, Sendable {
        /// The whole image, padded to the grid's proportions, is shrunk or enlarged.
        case resize
        /// Voxels keep their size, and the image is padded about its centre; larger images are refused.
        case pad
    }

    /// Size and proportions of the voxels of the prepared grid.
    ///
    /// `resize` takes the proportions only, as the grid's size is given.
    public enum Spacing: Hashable, Codable, Sendable {
        /// As each image is stored.
        case stored
        /// The least of each image's three, on all axes.
        case isotropic
        /// The same for all images, in mm.
        case fixed(mm: SIMD3<Double>)
    }

    /// The paper's preparation for `resize`, and for `pad` voxels as they are stored.
    public init(
        size: SIMD3<Int>, fit: Fit = .resize, isCanonical: Bool = true, spacing: Spacing? = nil,
        keepsProportions: Bool = true, normalization: IntensityNormalization = .byChannelName,
        interpolation: ImageInterpolation = .linear,
        labelInterpolation: LabelInterpolation = .perLabelLinear
    ) {
        precondition(size.min() > 0, "a grid of no voxels")
        self.size = size
        self.fit = fit
        self.isCanonical = isCanonical
        self.spacing = spacing ?? (fit == .resize ? .isotropic : .stored)
        self.keepsProportions = keepsProportions
        self.normalization = normalization
        self.interpolation = interpolation
        self.labelInterpolation = labelInterpolation
    }
}
