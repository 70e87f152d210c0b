internal import SegNASHost

/// A problem of a dataset for one training: with the parts of its split, at its size.
public enum TrainingProblem: Equatable, Sendable {
    /// The reason why labels are missing.
    public enum Cause: Sendable {
        case files
        /// They are in the files, and too small for the prepared grid.
        case size
    }

    case noTrainingLabels(Cause)
    case noValidationLabels(Cause)
    /// No validation labels in a search that needs an objective.
    case noObjective(Cause)
    case noTestLabels
    /// No test labels in a comparison of methods.
    case noJudgement
    /// A label that some training cases have, and that none has on the prepared grid.
    case labelLost(LabelTable.Label, cases: Int)
    case labelOftenLost(LabelTable.Label, cases: Int, of: Int)
    case labelsNotTrained([LabelTable.Label])
    case labelsNotValidated([LabelTable.Label], Cause)
    case labelsNotTested([LabelTable.Label])
    /// Labelled cases in no part of the split.
    case casesLeftOut([String], of: Int)
    /// Labelled cases without a fold, where others have one and these divide the cases.
    case casesWithoutFold([String], of: Int)
}

extension TrainingProblem {
    var severity: DatasetFault.Severity {
        switch self {
        case .noTrainingLabels, .noValidationLabels, .noObjective, .noJudgement, .labelLost: .fault
        case .noTestLabels, .labelOftenLost, .labelsNotTrained, .labelsNotValidated,
            .labelsNotTested, .casesLeftOut, .casesWithoutFold:
            .warning
        }
    }

    /// The problem and its remedy.
    var message: String {
        switch self {
        case .noTrainingLabels(let cause):
            "no training case has a voxel of any label\(cause.words): there is nothing to learn; \(cause.remedy)"
        case .noValidationLabels(let cause):
            """
            no validation case has a voxel of any label\(cause.words), so no epoch is the best, and the last would be \
            taken: \(cause.remedy)
            """
        case .noObjective(let cause):
            """
            no validation case has a voxel of any label\(cause.words), so nothing tells which epoch or network is \
            better: \(cause.remedy)
            """
        case .noTestLabels: "no test case has a voxel of any label: the test will say nothing"
        case .noJudgement:
            "no test case has a voxel of any label, so no method is better than another: \(Cause.files.remedy)"
        case .labelLost(let label, let cases):
            """
            \(label.name) (\(label.value)) is in the files of \(counted(cases, "training case")), and in none of them \
            at this `size`, so it cannot be learned: choose a larger `size`, or `fit` pad
            """
        case .labelOftenLost(let label, let cases, let count):
            """
            \(label.name) (\(label.value)) is too small for this `size` in \(cases) of the \(count) training cases \
            that have it: a larger `size`, or `fit` pad, would keep it
            """
        case .labelsNotTrained(let labels):
            "no training case has \(names(labels)): \(labels.count == 1 ? "it" : "they") will not be learned"
        case .labelsNotValidated(let labels, let cause):
            """
            no validation case has \(names(labels))\(cause.words): the validation Dice is the mean over the other labels
            """
        case .labelsNotTested(let labels):
            "no test case has \(names(labels)): the test will say nothing of \(these(labels))"
        case .casesLeftOut(let cases, let count):
            """
            \(cases.count) of \(count) labelled cases are in no part of the split, and not used: \
            \(some(cases, limit: 5))
            """
        case .casesWithoutFold(let cases, let count):
            """
            \(cases.count) of \(count) labelled cases have no fold, so every fold trains on them, and none validates \
            them: \(some(cases, limit: 5))
            """
        }
    }
}

extension TrainingProblem.Cause {
    fileprivate var words: String { self == .size ? " at this `size`" : "" }

    fileprivate var remedy: String {
        switch self {
        case .files: "give a `split` that has some there, or look at the label maps"
        case .size: "choose a larger `size`, or `fit` pad"
        }
    }
}

private func names(_ labels: [LabelTable.Label]) -> String {
    some(labels.map(\.name), limit: 8)
}

private func these(_ labels: [LabelTable.Label]) -> String { labels.count == 1 ? "it" : "them" }
