internal import SegNASStudy

extension StudyPlan.Budget {
    /// The number of trials; nil if trainings are counted.
    var trials: Int? { if case .iterations(let count) = self { count } else { nil } }

    /// The number of whole trainings, at most.
    func trainings(epochs: Int) -> Int {
        switch self {
        case .iterations(let count), .effectiveIterations(let count): count
        case .effectiveEpochs(let count): max(1, count / max(epochs, 1))
        }
    }
}
