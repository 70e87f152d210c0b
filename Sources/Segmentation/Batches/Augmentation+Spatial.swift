extension Augmentation {
    /// A rotation about the superior–inferior axis, a scaling and a shift, drawn together.
    ///
    /// The rotation is in voxels, which must be as long along x as along y.
    public struct Movement: Hashable, Codable, Sendable {
        /// Of an image to be moved.
        public var probability = 0.8
        /// The largest rotation either way, in degrees.
        public var rotation = 30.0
        /// The largest shift either way along each axis, as a share of the image's size.
        public var shift = 0.2
        /// By what an image is enlarged, about its centre.
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
        /// The largest displacement of a control point along each axis, as a share of the points' distance; drawn anew
        /// for each image.
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

    /// Left for right, front for back, top for bottom; labels keep their names.
    public struct Mirroring: Hashable, Codable, Sendable {
        /// For each of x, y and z, whatever happens along the others.
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
