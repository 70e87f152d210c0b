extension Augmentation {
    /// Gaussian noise, independent from voxel to voxel.
    public struct Noise: Hashable, Codable, Sendable {
        public var probability = 0.1
        /// The standard deviation, in units of the prepared image (where its own is 1); nnU-Net's "variance".
        public var deviation = 0.0...0.1

        public init(probability: Double = 0.1, deviation: ClosedRange<Double> = 0...0.1) {
            self.probability = probability
            self.deviation = deviation
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.range(deviation, within: 0...100, "deviation")
            return faults.sentences
        }
    }

    /// A Gaussian blur, drawn for each axis.
    public struct Blur: Hashable, Codable, Sendable {
        public var probability = 0.2
        /// The probability for each channel of a blurred image.
        public var channelProbability = 0.5
        /// The standard deviation in voxels.
        public var deviation = 0.5...1.0

        public init(
            probability: Double = 0.2, channelProbability: Double = 0.5,
            deviation: ClosedRange<Double> = 0.5...1
        ) {
            self.probability = probability
            self.channelProbability = channelProbability
            self.deviation = deviation
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.probability(channelProbability, "channelProbability")
            faults.range(deviation, within: 0...32, "deviation")
            return faults.sentences
        }
    }

    /// A factor for ``Augmentation/brightness`` or ``Augmentation/contrast``, below 1 as often as above.
    public struct Factor: Hashable, Codable, Sendable {
        public var probability = 0.15
        public var factor = 0.75...1.25

        public init(probability: Double = 0.15, factor: ClosedRange<Double> = 0.75...1.25) {
            self.probability = probability
            self.factor = factor
        }

        var faults: [String] { factorFaults(probability, factor, "factor") }
    }

    /// An image of fewer voxels (nearest), brought back to its size (linear).
    public struct LowResolution: Hashable, Codable, Sendable {
        public var probability = 0.25
        /// The probability for each channel of such an image.
        public var channelProbability = 0.5
        /// The share of voxels that is left along each axis.
        public var scale = 0.5...1.0

        public init(
            probability: Double = 0.25, channelProbability: Double = 0.5,
            scale: ClosedRange<Double> = 0.5...1
        ) {
            self.probability = probability
            self.channelProbability = channelProbability
            self.scale = scale
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.probability(channelProbability, "channelProbability")
            faults.range(scale, within: 0.01...1, "scale")
            return faults.sentences
        }
    }

    /// A gamma correction: intensities scaled to 0 … 1 are raised to a power, below 1 as often as above.
    ///
    /// Mean and standard deviation are restored afterwards.
    public struct Gamma: Hashable, Codable, Sendable {
        /// 0.3 is nnU-Net's for ``Augmentation/gamma``; for ``Augmentation/invertedGamma`` it has 0.1.
        public var probability = 0.3
        public var exponent = 0.7...1.5

        public init(probability: Double = 0.3, exponent: ClosedRange<Double> = 0.7...1.5) {
            self.probability = probability
            self.exponent = exponent
        }

        var faults: [String] { factorFaults(probability, exponent, "exponent") }
    }
}

private func factorFaults(
    _ probability: Double, _ factor: ClosedRange<Double>, _ name: String
) -> [String] {
    var faults = Faults()
    faults.probability(probability)
    faults.range(factor, within: 0.01...100, name)
    return faults.sentences
}
