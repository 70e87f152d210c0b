#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How the learning rate changes from step to step.
public enum LearningRateSchedule: String, CaseIterable, Codable, Sendable {
    case constant
    /// (1 − t)^0.9 over the share t of training, as nnU-Net does.
    case polynomial
    /// ½ (1 + cos πt): Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.
    case cosine

    /// The factor of the learning rate when a share of training is done, 0 to 1.
    func factor(at share: Double) -> Double {
        switch self {
        case .constant: 1
        case .polynomial: pow(1 - share, 0.9)
        case .cosine: 0.5 * (1 + cos(.pi * share))
        }
    }
}

extension TrainingOptions {
    /// The learning rate of a step, counted from 0, where an epoch has so many.
    ///
    /// Linear up to the end of warm-up, where it is the full rate; then the schedule, over the steps that are left.
    func learningRate(step: Int, stepsPerEpoch: Int) -> Double {
        let warmUp = warmUpEpochs * stepsPerEpoch
        guard step >= warmUp else { return learningRate * Double(step + 1) / Double(warmUp) }
        let rest = epochs * stepsPerEpoch - warmUp
        return learningRate * schedule.factor(at: Double(step - warmUp) / Double(rest))
    }
}
