/// An epoch of a training, as a page draws it.
package struct TrainingEpoch: Hashable, Sendable {
    /// The number of the epoch, from 1.
    package var epoch: Int
    package var loss: Double
    /// Nil where it is not known.
    package var learningRate: Double?
    /// The mean Dice of the validation cases; nil without any.
    package var dice: Double?
    /// The Dice of each label by its stored value.
    package var dicePerLabel: [String: Double]
    /// The time of training and of validation.
    package var seconds: Double

    package init(
        epoch: Int, loss: Double, learningRate: Double? = nil, dice: Double?,
        dicePerLabel: [String: Double] = [:], seconds: Double
    ) {
        self.epoch = epoch
        self.loss = loss
        self.learningRate = learningRate
        self.dice = dice
        self.dicePerLabel = dicePerLabel
        self.seconds = seconds
    }
}

extension [TrainingEpoch] {
    /// The values of the epochs that have one.
    func places(_ value: (TrainingEpoch) -> Double?) -> [CurveFigure.Place] {
        compactMap { epoch in value(epoch).map { .init(epoch: epoch.epoch, value: $0) } }
    }

    /// The seconds of all.
    var seconds: Double { reduce(0) { $0 + $1.seconds } }
}
