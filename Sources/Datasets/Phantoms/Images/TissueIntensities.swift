internal import SegNASRandomness

/// How bright each tissue is in one image: a normal distribution each, a Gaussian mixture together.
struct TissueIntensities {
    /// For each tissue's index.
    var means: [Float]
    var deviations: [Float]

    /// Around given means, as scans of one kind differ.
    init(around usual: [Float], using generator: inout SeededGenerator) {
        means = usual.map { $0 * Float(1 + 0.04 * generator.normal()) }
        deviations = usual.map { $0 > 0 ? Float.random(in: 0.02...0.06, using: &generator) : 0 }
    }

    /// Of any contrast at all, for networks that shall not depend on it.
    ///
    /// Billot et al. 2023, "SynthSeg", doi:10.1016/j.media.2023.102789: means and deviations are uniform; the
    /// first tissue, air, is black in half the images.
    init(randomFor count: Int, using generator: inout SeededGenerator) {
        means = (0..<count).map { _ in Float.random(in: 0...1, using: &generator) }
        deviations = (0..<count).map { _ in Float.random(in: 0...0.12, using: &generator) }
        if Bool.random(using: &generator) {
            means[0] = 0
            deviations[0] = 0
        }
    }
}
