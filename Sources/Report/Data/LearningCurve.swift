internal import SegNASStudy

/// The epochs of a training.
struct LearningCurve: Encodable {
    let epochs: [Int]
    let loss: [Double?]
    let dice: [Double?]

    /// More epochs than these in all trials together are thinned: the page must open quickly.
    static let mostEpochs = 400_000

    /// The curves of trained trials by their numbers.
    static func all(of record: StudySnapshot) -> [String: LearningCurve] {
        let count = record.trials.reduce(0) { $0 + $1.epochs.count }
        let step = max(1, (count + mostEpochs - 1) / mostEpochs)
        let trained = record.trials.filter { !$0.epochs.isEmpty }
        return Dictionary(
            uniqueKeysWithValues: trained.map { ("\($0.number)", LearningCurve($0, step: step)) })
    }

    /// Every so many epochs, the last among them.
    init(_ trial: TrialRecord, step: Int = 1) {
        let shown = trial.epochs.reversed().enumerated().filter { $0.offset % step == 0 }
            .map(\.element).reversed()
        epochs = shown.map(\.number)
        loss = shown.map { rounded($0.loss) }
        dice = shown.map { rounded($0.dice) }
    }
}

/// Five decimals, more than a chart shows; nil for what JSON cannot write.
private func rounded(_ value: Double) -> Double? {
    value.isFinite ? (value * 1e5).rounded() / 1e5 : nil
}
