public import SegNASHost
public import SegNASImaging

/// Brings the cases of a dataset to the form that a network sees.
public struct Preparation: Hashable, Codable, Sendable {
    public package(set) var options: PreparationOptions
    public let labels: LabelTable
    /// The name and the normalisation of each channel of an image, in order.
    public let channels: [Channel]
    /// True if networks also see, as masks of its classes, what the first stage of a cascade has predicted.
    ///
    /// False in records of earlier versions, which have no such field.
    public var seesFirstStage: Bool {
        get { firstStage ?? false }
        set { firstStage = newValue ? true : nil }
    }
    private var firstStage: Bool?

    /// A channel of the images.
    public struct Channel: Hashable, Codable, Sendable {
        public var name: String
        public var rule: IntensityNormalization
        /// The intensities for the rule `ct`.
        public var intensities: ForegroundIntensities?
    }

    /// The preparation of a dataset with these channels; their names decide on the normalisation if the options do not.
    ///
    /// Intensities are those of the labelled voxels, channel by channel, and needed for CT only: without them such a
    /// channel is refused, as are more labels than fit into a byte.
    public init(
        _ options: PreparationOptions, channels: [String], labels: LabelTable,
        intensities: [ForegroundIntensities]? = nil
    ) throws(PreparationFault) {
        guard labels.foreground.count <= LabelTable.maxForeground else {
            throw .tooManyLabels(labels.foreground.count)
        }
        self.options = options
        self.labels = labels
        var rules: [Channel] = []
        for (index, name) in channels.enumerated() {
            let rule = options.normalization.rule(for: name)
            let known = intensities.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            guard rule != .ct || known != nil else { throw .missingIntensities(channel: name) }
            rules.append(Channel(name: name, rule: rule, intensities: rule == .ct ? known : nil))
        }
        self.channels = rules
    }

    /// A preparation as it was recorded.
    package init(_ options: PreparationOptions, labels: LabelTable, channels: [Channel]) {
        self.options = options
        self.labels = labels
        self.channels = channels
    }

    /// True if a dataset's preparation needs the intensities of its labelled voxels.
    public static func needsIntensities(
        _ options: PreparationOptions, channels: [String]
    ) -> Bool {
        channels.contains { options.normalization.rule(for: $0) == .ct }
    }

    /// Channels that networks see: those of the images and, in the second stage of a cascade, a mask of each class.
    public var inputs: Int { channels.count + (seesFirstStage ? labels.foreground.count : 0) }

    /// The same for networks that see patches of another size.
    package func seeing(patches size: SIMD3<Int>) -> Preparation {
        var other = self
        other.options.size = size
        return other
    }

    /// Bytes of a prepared case on a grid.
    public func bytes(ofGrid size: SIMD3<Int>) -> ByteCount {
        ByteCount(size.volume * (channels.count * 4 + 1 + (seesFirstStage ? 1 : 0)))
    }
}

/// A prepared case, the transform back to its files' grid, and warnings.
public struct PreparationResult: Sendable {
    public var prepared: PreparedCase
    public var transform: GridTransform
    /// Remarks of the readers of its files, which are named by their paths.
    public var warnings: [DatasetFault] = []
}

/// A case as a network sees it: on the prepared grid, normalised, labels as classes.
public struct PreparedCase: Sendable {
    public var identifier: String
    /// Voxels of the prepared grid along x, y and z.
    public var size: SIMD3<Int>
    /// Normalised intensities, float32 [channels, z, y, x].
    public var image: Samples
    /// Classes, uint8 [z, y, x], `LabelTable.ignoredClass` for voxels to ignore; nil if there is no label map.
    public var labels: Samples?
    /// Where some voxels of each class are, for patches; nil where the network sees the whole grid.
    package var classVoxels: ClassVoxels?
    /// What the first stage of a cascade has predicted, on the prepared grid; nil outside of cascades.
    public var firstStage: ClassMasks?

    package init(
        identifier: String, size: SIMD3<Int>, image: Samples, labels: Samples? = nil,
        classVoxels: ClassVoxels? = nil, firstStage: ClassMasks? = nil
    ) {
        self.identifier = identifier
        self.size = size
        self.image = image
        self.labels = labels
        self.classVoxels = classVoxels
        self.firstStage = firstStage
    }

    /// Channels of the image.
    public var channels: Int { image.count / size.volume }
    /// Channels that a network sees: those of the image, and the masks of the first stage.
    public var inputs: Int { channels + (firstStage?.count ?? 0) }
}

/// Options of bringing the images of a dataset to the grid, or to the spacing, that a network is trained on.
public struct PreparationOptions: Hashable, Codable, Sendable {
    /// Voxels that a network sees along x, y and z: the prepared grid, or with `patch` a part of it.
    public var size: SIMD3<Int>
    public var fit: Fit
    /// True if the axes are first brought to run right, anterior, superior.
    public var isCanonical: Bool
    /// True if images are first cropped to the box of what is not 0 in all channels, or has a label: the space around
    /// it is background.
    ///
    /// False in records of earlier versions, which have no such field.
    public var isCropped: Bool {
        get { cropped ?? false }
        set { cropped = newValue ? true : nil }
    }
    private var cropped: Bool?
    public var spacing: Spacing
    /// True if, with `resize`, the body keeps its proportions, and zeros fill the rest of the grid.
    public var keepsProportions: Bool
    public var normalization: IntensityNormalization
    public var interpolation: ImageInterpolation
    public var labelInterpolation: LabelInterpolation

    /// The way to bring an image to the prepared size.
    public enum Fit: String, CaseIterable, Codable, Sendable {
        /// The whole image, padded to the grid's proportions, is shrunk or enlarged.
        case resize
        /// Voxels keep their size, and the image is padded about its centre; larger images are refused.
        case pad
        /// Voxels keep their size, and each image its own grid; networks see patches of it.
        case patch
    }

    /// Size and proportions of the voxels of the prepared grid.
    ///
    /// `resize` takes the proportions only, as the grid's size is given.
    public enum Spacing: Hashable, Codable, Sendable {
        /// The spacing of each image as stored.
        case stored
        /// The smallest of each image's three spacings, on all axes.
        case isotropic
        /// The same for all images, in mm.
        case fixed(mm: SIMD3<Double>)
    }

    /// The paper's preparation for `resize`; for `pad` and `patch` voxels as they are stored, for `patch` cropped.
    public init(
        size: SIMD3<Int>, fit: Fit = .resize, isCanonical: Bool = true, isCropped: Bool? = nil,
        spacing: Spacing? = nil, keepsProportions: Bool = true,
        normalization: IntensityNormalization = .byChannelName,
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
        self.isCropped = isCropped ?? (fit == .patch)
    }

    private enum CodingKeys: String, CodingKey {
        case size, fit, isCanonical, spacing, keepsProportions, normalization, interpolation
        case labelInterpolation
        case cropped = "isCropped"
    }
}

extension PreparationOptions.Spacing: CustomStringConvertible {
    public var description: String {
        switch self {
        case .stored: "stored"
        case .isotropic: "isotropic"
        case .fixed(let mm): "\(mm.x)x\(mm.y)x\(mm.z) mm"
        }
    }
}
