/// The assumptions about a task from which random landscapes are drawn: how good networks are, and how they learn.
///
/// Those of ``hippocampus`` are fitted to real learning curves. All other numbers are guesses, set so that as many
/// networks are refused, and spaces differ as much, as in the paper (Wong & Moradi, MICCAI 2019, section 3 and
/// table 3); Documentation/search-benchmark.md says which.
package struct Scenario: Sendable {
    package private(set) var name: String
    var task: ImageTask
    /// E.
    var epochs: Int
    /// Bytes for a training step; nil for as many as it needs.
    var memoryLimit: Double?

    // The Dice that a network would reach in the end.

    /// Of a network without any fault.
    var ceiling: Double
    /// What few channels cost: the loss at n = 8, within 30 %, and the channels in which it falls to 1/e.
    var narrowness: (loss: Double, decay: Double)
    /// The best number of poolings lies in here; the loss of one more or fewer.
    var poolings: (best: ClosedRange<Double>, loss: Double)
    /// Loss by the square of log₂ parameters above a number.
    var overfitting: (loss: Double, from: Double)
    /// Loss by the convolutions with a kernel larger than 1 on the longest path: 0, 1, 2, 3.
    var depthLoss: [Double]
    /// The best log₂ of the reach in voxels lies in here; the loss by the square of the distance.
    var reach: (best: ClosedRange<Double>, loss: Double)
    /// Loss of three convolutions in a row without a residual connection or a skip beside them.
    var plainLoss: Double
    /// Standard deviation of an operation's worth.
    var operationSpread: Double
    /// Standard deviation of what is alike in networks that resemble one another.
    var smoothSpread: Double
    /// Standard deviation of what nothing explains, by network.
    var unexplainedSpread: Double

    // How it gets there: the Dice that is still missing after e epochs falls as (1 + e / τ)^−exponent.

    /// The first Dice.
    var start: Double
    var exponent: Double
    /// τ in epochs of a network with 2²¹ parameters and two convolutions.
    var timeConstant: Double
    /// The change of ln τ by a doubling of the parameters.
    var timeBySize: Double
    /// Standard deviation of ln τ, alike in networks that resemble one another.
    var timeSpread: Double
    /// A slow beginning, as a share of E, of a block with one convolution; longer in deep blocks without a short cut.
    var delay = 0.0

    // What is measured.

    /// Standard deviation of the Dice by training, by epoch, and by network as the validation cases see it.
    var noise: (training: Double, epoch: Double, validation: Double)
    /// Standard deviation of the logarithm of what is still to be learned, by training and by epoch.
    var unevenness = (training: 0.25, epoch: 0.35)
}

extension Scenario {
    /// The paper's: large images, 16 GiB for a trial, long trainings, networks that differ.
    package static let hard = Scenario(
        name: "hard", task: ImageTask(size: 128, classes: 20), epochs: 81, memoryLimit: 6.2e9,
        ceiling: 0.825, narrowness: (0.05, 9), poolings: (2.7...3.3, 0.011),
        overfitting: (0.0015, 23.5), depthLoss: [0.4, 0.05, 0.006, 0], reach: (5.5...7, 0.005),
        plainLoss: 0.006, operationSpread: 0.004, smoothSpread: 0.005, unexplainedSpread: 0.0015,
        start: 0.03, exponent: 1.22, timeConstant: 1.6, timeBySize: 0.08, timeSpread: 0.15,
        noise: (0.007, 0.005, 0.002))

    /// A hippocampus: small images, short trainings, networks that are much alike.
    package static let easy = Scenario(
        name: "easy", task: ImageTask(size: 32, classes: 3), epochs: 27,
        ceiling: 0.85, narrowness: (0.02, 7), poolings: (2.6...3.8, 0.004),
        overfitting: (0.0015, 22.5), depthLoss: [0.3, 0.02, 0.003, 0], reach: (4.5...6, 0.004),
        plainLoss: 0.004, operationSpread: 0.002, smoothSpread: 0.003, unexplainedSpread: 0.001,
        start: 0.05, exponent: 1.22, timeConstant: 0.4, timeBySize: 0.08, timeSpread: 0.15,
        noise: (0.004, 0.003, 0.0015))

    /// As hard, with more noise, and curves that begin slowly, as real ones did.
    package static let plateau = {
        var scenario = hard
        scenario.name = "plateau"
        scenario.delay = 0.08
        scenario.noise = (0.012, 0.008, 0.004)
        return scenario
    }()

    /// Hippocampi at 24³ with the `default` recipe, whose averaged weights leave little noise between epochs: fitted to
    /// `Documentation/measurements/learning-curves`, where n is below 13 and p below 4; beyond, it is a guess too.
    package static let hippocampus = Scenario(
        name: "hippocampus", task: ImageTask(size: 24, classes: 3), epochs: 45,
        ceiling: 0.88, narrowness: (0.035, 6), poolings: (2...2.6, 0.008),
        overfitting: (0.0015, 22.5), depthLoss: [0.5, 0.022, 0.005, 0], reach: (4.5...6, 0.004),
        plainLoss: 0.004, operationSpread: 0.02, smoothSpread: 0.012, unexplainedSpread: 0.007,
        start: 0.05, exponent: 0.9, timeConstant: 0.8, timeBySize: 0.01, timeSpread: 0.6,
        delay: 0.06, noise: (0.004, 0.0011, 0.0015), unevenness: (0.25, 0.03))

    package static let all = [hard, easy, plateau, hippocampus]
}
