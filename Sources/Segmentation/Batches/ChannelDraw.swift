internal import SegNASRandomness

/// A kind of change that is drawn for the channels of an image.
protocol ChannelDraw {
    /// A change or none for each channel.
    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?]
}

extension RandomNumberGenerator {
    /// Below 1 as often as above, where the range has both.
    fileprivate mutating func factor(in range: ClosedRange<Double>) -> Double {
        let isBelow = chance(0.5)
        if range.upperBound <= 1 || range.lowerBound >= 1 { return uniform(in: range) }
        return uniform(in: isBelow ? range.lowerBound...1 : 1...range.upperBound)
    }

    /// A change for each channel with a probability, if for the image with another.
    fileprivate mutating func changes(
        _ channels: Int, probability: Double, channelProbability: Double = 1,
        _ change: (inout Self) -> IntensityChange
    ) -> [IntensityChange?] {
        guard chance(probability) else { return Array(repeating: nil, count: channels) }
        return (0..<channels).map { _ in chance(channelProbability) ? change(&self) : nil }
    }
}

extension Augmentation.Noise: ChannelDraw {
    /// As strong on every channel.
    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        let deviation = generator.uniform(in: deviation)
        return generator.changes(channels, probability: probability) {
            .noise(deviation: deviation, seed: $0.next())
        }
    }
}

extension Augmentation.Blur: ChannelDraw {
    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        generator.changes(
            channels, probability: probability, channelProbability: channelProbability
        ) {
            .blur([
                $0.uniform(in: deviation), $0.uniform(in: deviation), $0.uniform(in: deviation),
            ])
        }
    }
}

/// Brightness or contrast.
struct FactorDraw: ChannelDraw {
    var factor: Augmentation.Factor
    var change: (Double) -> IntensityChange

    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        generator.changes(channels, probability: factor.probability) {
            change($0.factor(in: factor.factor))
        }
    }
}

extension Augmentation.LowResolution: ChannelDraw {
    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        generator.changes(
            channels, probability: probability, channelProbability: channelProbability
        ) {
            .lowResolution(scale: $0.uniform(in: scale))
        }
    }
}

/// Both kinds of gamma.
struct GammaDraw: ChannelDraw {
    var gamma: Augmentation.Gamma
    var inverted: Bool

    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        generator.changes(channels, probability: gamma.probability) {
            .gamma(exponent: $0.factor(in: gamma.exponent), inverted: inverted)
        }
    }
}
