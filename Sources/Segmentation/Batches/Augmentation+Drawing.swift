import Glibc
internal import SegNASImaging
internal import SegNASRandomness
internal import SegNASTorch

extension Augmentation {
    /// Draws the augmentation of one image, `size` being its voxels along x, y and z.
    package func draw(
        using generator: inout some RandomNumberGenerator, size: SIMD3<Int>, channels: Int
    ) -> AugmentationSample {
        // A separate stream for each kind: switching one on leaves the draws of the others as they are.
        var streams = (0..<10).map { _ in SeededGenerator(seed: generator.next()) }
        // Drawn where they are used only: images drawn without them stay as they were.
        let turn = rotation.flatMap { rotation in
            var stream = SeededGenerator(seed: generator.next())
            return rotation.draw(using: &stream, size: size)
        }
        let enlargement = scaling.flatMap { scaling in
            var stream = SeededGenerator(seed: generator.next())
            return scaling.draw(using: &stream, size: size)
        }
        return AugmentationSample(
            warp: warp(&streams, [turn, enlargement].compactMap(\.self), size: size),
            changes: changes(&streams[3...], channels: channels))
    }

    /// The map of all movements; `turns` are the first of them, after mirrors in an image's way back.
    private func warp(
        _ streams: inout [SeededGenerator], _ turns: [Affine], size: SIMD3<Int>
    ) -> Warp? {
        let movement = movement?.draw(using: &streams[0], size: size)
        let mirroring = mirroring?.draw(using: &streams[1], size: size)
        let elastic = elastic?.draw(using: &streams[2], size: size)
        // From the output back to the input: the mirror is the last step of an image.
        let maps = [movement].compactMap(\.self) + turns + [mirroring].compactMap(\.self)
        guard !maps.isEmpty || elastic != nil else { return nil }
        let affine = maps.reduce(Affine.identity) { $0.composed(with: $1) }
        return Warp(
            rows: Array(affine.rows.prefix(3)), displacement: elastic?.moved(by: affine).grid)
    }

    /// Draws the changes of intensities, in nnU-Net's order.
    private func changes(
        _ streams: inout ArraySlice<SeededGenerator>, channels: Int
    ) -> [[IntensityChange]] {
        let kinds: [(any ChannelDraw)?] = [
            noise, blur,
            brightness.map { FactorDraw(factor: $0) { .brightness(factor: $0) } },
            contrast.map { FactorDraw(factor: $0) { .contrast(factor: $0) } }, lowResolution,
            invertedGamma.map { GammaDraw(gamma: $0, inverted: true) },
            gamma.map { GammaDraw(gamma: $0, inverted: false) },
        ]
        let draws = zip(streams.indices, kinds).map { index, kind in
            kind?.draw(using: &streams[index], channels: channels)
                ?? Array(repeating: nil, count: channels)
        }
        return (0..<channels).map { channel in draws.compactMap { $0[channel] } }
    }
}

extension Augmentation.Movement {
    /// The map from the moved image back to the original, in voxels; nil if the image stays.
    fileprivate func draw(
        using generator: inout SeededGenerator, size: SIMD3<Int>
    ) -> Affine? {
        guard generator.chance(probability) else { return nil }
        let angle = generator.uniform(in: -rotation...rotation) * .pi / 180
        let scale = generator.uniform(in: self.scale)
        let shifts = SIMD3(
            generator.uniform(in: -shift...shift), generator.uniform(in: -shift...shift),
            generator.uniform(in: -shift...shift))
        return Self.map(angle: angle, scale: scale, shift: shifts * SIMD3<Double>(size), size: size)
    }
}

extension Augmentation.Movement {
    /// The map back to the original image.
    ///
    /// The image was turned counterclockwise as seen from above (radians), enlarged about its centre, then shifted by
    /// a number of voxels.
    static func map(
        angle: Double, scale: Double, shift: SIMD3<Double>, size: SIMD3<Int>
    ) -> Affine {
        let (sine, cosine) = (sin(angle) * scale, cos(angle) * scale)
        var forth = Affine(x: [cosine, sine, 0], y: [-sine, cosine, 0], z: [0, 0, scale])
        let centre = (SIMD3<Double>(size) - 1) / 2
        forth.origin = centre + shift - forth.linear(centre)
        return forth.inverse
    }
}

extension Augmentation.Mirroring {
    fileprivate func draw(using generator: inout SeededGenerator, size: SIMD3<Int>) -> Affine? {
        let flips = probabilities.map { generator.chance($0) }
        return flips.contains(true) ? Self.map(flips: flips, size: size) : nil
    }

    static func map(flips: [Bool], size: SIMD3<Int>) -> Affine {
        var map = Affine.identity
        if flips[0] { (map.x.x, map.origin.x) = (-1, Double(size.x - 1)) }
        if flips[1] { (map.y.y, map.origin.y) = (-1, Double(size.y - 1)) }
        if flips[2] { (map.z.z, map.origin.z) = (-1, Double(size.z - 1)) }
        return map
    }
}

extension Augmentation.Elastic {
    fileprivate func draw(
        using generator: inout SeededGenerator, size: SIMD3<Int>
    ) -> ElasticDraw? {
        guard generator.chance(probability) else { return nil }
        let largest = generator.uniform(in: displacement)
        let points = (0..<(cells + 3) * (cells + 3) * (cells + 3)).map { _ in
            SIMD3<Double>(size) / Double(cells)
                * SIMD3(
                    generator.uniform(in: -largest...largest),
                    generator.uniform(in: -largest...largest),
                    generator.uniform(in: -largest...largest))
        }
        return ElasticDraw(cells: cells, points: points)
    }
}

/// Displacements of control points, z outermost, in voxels.
private struct ElasticDraw {
    var cells: Int
    var points: [SIMD3<Double>]

    /// The displacements followed by an affine map: two maps without folds follow each other.
    func moved(by affine: Affine) -> ElasticDraw {
        ElasticDraw(cells: cells, points: points.map { affine.linear($0) })
    }

    var grid: Warp.Displacement {
        Warp.Displacement(
            cells: Extent(cube: cells),
            points: (0..<3).flatMap { axis in points.map { Float($0[axis]) } })
    }
}

/// A kind of change that is drawn for the channels of an image.
protocol ChannelDraw {
    /// A change or none for each channel.
    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?]
}

extension RandomNumberGenerator {
    /// A factor in a range, below 1 as often as above if the range has both.
    mutating func factor(in range: ClosedRange<Double>) -> Double {
        let isBelow = chance(0.5)
        if range.upperBound <= 1 || range.lowerBound >= 1 { return uniform(in: range) }
        return uniform(in: isBelow ? range.lowerBound...1 : 1...range.upperBound)
    }

    /// Draws a change for each channel, with `channelProbability` if the image is changed at all.
    fileprivate mutating func changes(
        _ channels: Int, probability: Double, channelProbability: Double = 1,
        _ change: (inout Self) -> IntensityChange
    ) -> [IntensityChange?] {
        guard chance(probability) else { return Array(repeating: nil, count: channels) }
        return (0..<channels).map { _ in chance(channelProbability) ? change(&self) : nil }
    }
}

extension Augmentation.Noise: ChannelDraw {
    /// Draws noise of the same strength for every channel.
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

/// Gamma correction, plain or inverted.
struct GammaDraw: ChannelDraw {
    var gamma: Augmentation.Gamma
    var inverted: Bool

    func draw(using generator: inout SeededGenerator, channels: Int) -> [IntensityChange?] {
        generator.changes(channels, probability: gamma.probability) {
            .gamma(exponent: $0.factor(in: gamma.exponent), inverted: inverted)
        }
    }
}
