/// Random augmentation of training images, and of their labels where voxels move.
///
/// The default is the paper's: with probability 0.8 a rotation in the axial plane, a shift and a scaling, as one
/// resampling. All else is off until set, with the defaults of nnU-Net (Isensee et al. 2021,
/// doi:10.1038/s41592-020-01008-z; the code of nnU-Net 2 and batchgenerators).
///
/// ```swift
/// var augmentation = Augmentation()
/// augmentation.mirroring = .init()
/// augmentation.gamma = .init(exponent: 0.8...1.25)
/// ```
public struct Augmentation: Hashable, Codable, Sendable {
    public var placement: Placement?
    public var movement: Movement? = Movement()
    public var rotation: Rotation?
    public var scaling: Scaling?
    public var elastic: Elastic?
    public var mirroring: Mirroring?
    public var noise: Noise?
    public var blur: Blur?
    /// Intensities are multiplied.
    public var brightness: Factor?
    /// Differences from the mean are multiplied; values stay within their range.
    public var contrast: Factor?
    public var lowResolution: LowResolution?
    public var invertedGamma: Gamma?
    public var gamma: Gamma?

    public init() {}

    /// The same kinds with their probabilities times a strength, at most 1.
    ///
    /// An axis that is mirrored half of the time is mirrored at random; a larger strength leaves it at that. Whether a
    /// channel of a changed image changes does not depend on the strength.
    public func scaled(by strength: Double) -> Augmentation {
        precondition(strength >= 0, "the strength is \(strength), not 0 or more")
        var augmentation = self
        augmentation.placement?.scale(by: strength)
        augmentation.movement?.scale(by: strength)
        augmentation.rotation?.scale(by: strength)
        augmentation.scaling?.scale(by: strength)
        augmentation.elastic?.scale(by: strength)
        augmentation.noise?.scale(by: strength)
        augmentation.blur?.scale(by: strength)
        augmentation.brightness?.scale(by: strength)
        augmentation.contrast?.scale(by: strength)
        augmentation.lowResolution?.scale(by: strength)
        augmentation.invertedGamma?.scale(by: strength)
        augmentation.gamma?.scale(by: strength)
        if let probabilities = mirroring?.probabilities {
            augmentation.mirroring?.probabilities = probabilities.map {
                min($0 * strength, max($0, 0.5))
            }
        }
        return augmentation
    }

    /// All faults of the options, a sentence each.
    public var faults: [String] {
        faultsByKind.flatMap { name, faults in (faults ?? []).map { "\(name): \($0)" } }
    }

    /// The names of the kinds that are in use.
    public var kinds: [String] { faultsByKind.filter { $0.faults != nil }.map(\.name) }

    /// Nil for kinds that are not in use.
    private var faultsByKind: [(name: String, faults: [String]?)] {
        [
            ("placement", placement?.faults), ("movement", movement?.faults),
            ("rotation", rotation?.faults), ("scaling", scaling?.faults),
            ("elastic", elastic?.faults),
            ("mirroring", mirroring?.faults), ("noise", noise?.faults), ("blur", blur?.faults),
            ("brightness", brightness?.faults), ("contrast", contrast?.faults),
            ("lowResolution", lowResolution?.faults), ("invertedGamma", invertedGamma?.faults),
            ("gamma", gamma?.faults),
        ]
    }
}

/// A kind of augmentation that changes an image with a probability.
protocol ProbableKind {
    var probability: Double { get set }
}

extension ProbableKind {
    fileprivate mutating func scale(by strength: Double) {
        probability = min(probability * strength, 1)
    }
}

extension Augmentation.Placement: ProbableKind {}
extension Augmentation.Movement: ProbableKind {}
extension Augmentation.Rotation: ProbableKind {}
extension Augmentation.Scaling: ProbableKind {}
extension Augmentation.Elastic: ProbableKind {}
extension Augmentation.Noise: ProbableKind {}
extension Augmentation.Blur: ProbableKind {}
extension Augmentation.Factor: ProbableKind {}
extension Augmentation.LowResolution: ProbableKind {}
extension Augmentation.Gamma: ProbableKind {}

/// Collects faults of the numbers of an option.
struct Faults {
    private(set) var sentences: [String] = []

    mutating func probability(_ value: Double, _ name: String = "probability") {
        require((0...1).contains(value), "\(name) \(value) is not between 0 and 1")
    }

    mutating func range(
        _ range: ClosedRange<Double>, within limits: ClosedRange<Double>, _ name: String
    ) {
        let isWithin =
            limits.lowerBound <= range.lowerBound && range.upperBound <= limits.upperBound
        let limit = "\(limits.lowerBound) to \(limits.upperBound)"
        require(
            isWithin, "\(name) \(range.lowerBound) to \(range.upperBound) is not within \(limit)")
    }

    mutating func require(_ holds: Bool, _ sentence: String) {
        if !holds { sentences.append(sentence) }
    }
}

extension Augmentation {
    /// The place of an image in a patch that is longer: anywhere in it, where without it lies in the middle.
    ///
    /// No voxel is interpolated. The room is drawn along each axis; images longer than the patch are cut anywhere
    /// anyway.
    public struct Placement: Hashable, Codable, Sendable {
        public var probability = 1.0

        public init(probability: Double = 1) {
            self.probability = probability
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            return faults.sentences
        }
    }

    /// A rotation about the superior–inferior axis, a scaling and a shift, drawn together.
    ///
    /// The rotation is in voxels, which must be as long along x as along y.
    public struct Movement: Hashable, Codable, Sendable {
        /// The probability that an image is moved.
        public var probability = 0.8
        /// The largest rotation either way, in degrees.
        public var rotation = 30.0
        /// The largest shift either way along each axis, as a share of the image's size.
        public var shift = 0.2
        /// The factor by which an image is enlarged, about its centre.
        public var scale = 0.8...1.2

        public init(
            probability: Double = 0.8, rotation: Double = 30, shift: Double = 0.2,
            scale: ClosedRange<Double> = 0.8...1.2
        ) {
            self.probability = probability
            self.rotation = rotation
            self.shift = shift
            self.scale = scale
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.range(rotation...rotation, within: 0...180, "rotation")
            faults.range(shift...shift, within: 0...1, "shift")
            faults.range(scale, within: 0.1...10, "scale")
            return faults.sentences
        }
    }

    /// A smooth deformation by cubic B-splines: each control point moves at random.
    ///
    /// Displacements up to 1/2.48 of the points' distance never fold the image (Choi & Lee 2000,
    /// doi:10.1006/gmod.2000.0531). Four cells and a fifth of their size are TorchIO's defaults, as nnU-Net has none.
    public struct Elastic: Hashable, Codable, Sendable {
        public var probability = 0.2
        /// Cells of the control grid along each axis.
        public var cells = 4
        /// The largest displacement of a control point along each axis, as a share of the points' distance; drawn for
        /// each image.
        public var displacement = 0.0...0.2

        public init(
            probability: Double = 0.2, cells: Int = 4,
            displacement: ClosedRange<Double> = 0...0.2
        ) {
            self.probability = probability
            self.cells = cells
            self.displacement = displacement
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.require((1...64).contains(cells), "cells \(cells) is not between 1 and 64")
            faults.range(displacement, within: 0...0.4, "displacement")
            return faults.sentences
        }
    }

    /// Mirrors left and right, front and back, top and bottom; labels keep their names.
    public struct Mirroring: Hashable, Codable, Sendable {
        /// The probability for each of x, y and z, independent of the others.
        public var probabilities: [Double]

        public init(probabilities: [Double] = [0.5, 0.5, 0.5]) {
            self.probabilities = probabilities
        }

        var faults: [String] {
            var faults = Faults()
            faults.require(
                probabilities.count == 3, "\(probabilities.count) probabilities, not one an axis")
            for probability in probabilities { faults.probability(probability) }
            return faults.sentences
        }
    }
}
