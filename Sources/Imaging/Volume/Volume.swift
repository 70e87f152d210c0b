/// A 3D image: samples on a grid in space, with one channel or several.
///
/// The value of a sample is `scaling.slope · sample + scaling.intercept`.
public struct Volume: Sendable {
    /// Lengths of the stored array's axes, the first fastest in memory: x, y, z, then channels or time; 1 to 7 axes.
    public let shape: [Int]
    public var affine: Affine {
        didSet { if affine != oldValue { forms = nil } }
    }
    /// The forms of the file's NIfTI header; nil for other files, and after the affine has changed.
    public internal(set) var forms: NIfTIForms?
    public let samples: Samples
    public var scaling: Scaling

    public init(
        shape: [Int], affine: Affine, samples: Samples, scaling: Scaling = .identity
    ) {
        precondition(samples.count == shape.reduce(1, *), "\(samples.count) samples for \(shape)")
        self.shape = shape
        self.affine = affine
        self.samples = samples
        self.scaling = scaling
    }

    /// One channel.
    public init(_ samples: Samples, geometry: Geometry) {
        let size = geometry.size
        self.init(shape: [size.x, size.y, size.z], affine: geometry.affine, samples: samples)
        forms = geometry.forms
    }

    /// The grid of one channel; axes that the array lacks have one voxel.
    public var geometry: Geometry {
        let axes = shape.prefix(3) + Array(repeating: 1, count: max(0, 3 - shape.count))
        return Geometry(size: SIMD3(axes[0], axes[1], axes[2]), affine: affine, forms: forms)
    }

    /// Channels, times and all further axes in one, the slowest in memory.
    public var channels: Int { shape.dropFirst(3).reduce(1, *) }
}

/// The linear map from stored samples to the values that they stand for.
public struct Scaling: Hashable, Sendable {
    public var slope: Double
    public var intercept: Double

    public static let identity = Scaling(slope: 1, intercept: 0)

    public init(slope: Double, intercept: Double) {
        self.slope = slope
        self.intercept = intercept
    }
}
