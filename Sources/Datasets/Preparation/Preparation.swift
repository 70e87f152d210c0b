public import SegNASHost

/// Brings the cases of a dataset to what a network sees.
public struct Preparation: Hashable, Codable, Sendable {
    public let options: PreparationOptions
    public let labels: LabelTable
    /// What each channel of an image is called and how it is normalised, in order.
    public let channels: [Channel]

    /// A channel of the images.
    public struct Channel: Hashable, Codable, Sendable {
        public var name: String
        public var rule: IntensityNormalization
        /// For the rule `ct`.
        public var intensities: ForegroundIntensities?
    }

    /// How a dataset with these channels is prepared; their names decide on the normalisation if the options do not.
    ///
    /// Intensities are those of the labelled voxels, channel by channel, and needed for CT only: without them such a
    /// channel is refused, as are more labels than fit into a byte.
    public init(
        _ options: PreparationOptions, channels: [String], labels: LabelTable,
        intensities: [ForegroundIntensities]? = nil
    ) throws(PreparationFault) {
        guard labels.foreground.count <= LabelTable.mostForeground else {
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

    /// Whether a dataset's preparation needs the intensities of its labelled voxels.
    public static func needsIntensities(
        _ options: PreparationOptions, channels: [String]
    ) -> Bool {
        channels.contains { options.normalization.rule(for: $0) == .ct }
    }

    /// Bytes of a prepared case.
    public var bytesPerCase: ByteCount {
        let voxels = options.size.x * options.size.y * options.size.z
        return ByteCount(voxels * (channels.count * 4 + 1))
    }
}

/// A prepared case and the way back to its files' grid.
public struct CasePreparation: Sendable {
    public var prepared: PreparedCase
    public var transform: GridTransform
    /// What readers of its files remark on; files are named by their paths.
    public var warnings: [DatasetFault] = []
}
