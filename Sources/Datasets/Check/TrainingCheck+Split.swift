extension TrainingCheck {
    /// What is wrong with the parts of the split, by the files of their cases.
    var splitFaults: [DatasetFault] {
        // Label maps that cannot be read are faults of their own.
        guard labelled.allSatisfy({ $0.labelCounts != nil }) else { return [] }
        return [leftOut, unlearned, unvalidated, untested].compactMap { $0 }.map {
            DatasetFault(.training($0))
        }
    }

    private var leftOut: TrainingProblem? {
        let used = Set(Split.Part.allCases.flatMap { split[$0] })
        let rest = labelled.map(\.identifier).filter { !used.contains($0) }.sorted()
        return rest.isEmpty ? nil : .casesLeftOut(rest, of: labelled.count)
    }

    /// Labels that no case of a part has, though another one does; nil where the part has none at all.
    private func missing(in part: Split.Part) -> [LabelTable.Label]? {
        let found = Set(cases(part).flatMap(\.labelValues))
        let all = Set(labelled.flatMap(\.labelValues))
        guard labels.contains(where: { found.contains($0.value) }) else { return nil }
        return labels.filter { all.contains($0.value) && !found.contains($0.value) }
    }

    private var unlearned: TrainingProblem? {
        guard let missing = missing(in: .training) else { return .noTrainingLabels(.files) }
        return missing.isEmpty ? nil : .labelsNotTrained(missing)
    }

    private var unvalidated: TrainingProblem? {
        guard !split.validation.isEmpty else { return nil }
        guard let missing = missing(in: .validation) else { return noValidation(.files) }
        return missing.isEmpty ? nil : .labelsNotValidated(missing, .files)
    }

    private var untested: TrainingProblem? {
        guard !split.test.isEmpty else { return nil }
        guard let missing = missing(in: .test) else {
            return aim.isComparison ? .noJudgement : .noTestLabels
        }
        return missing.isEmpty ? nil : .labelsNotTested(missing)
    }

    func noValidation(_ cause: TrainingProblem.Cause) -> TrainingProblem {
        aim.isSearched ? .noObjective(cause) : .noValidationLabels(cause)
    }
}

extension TrainingCheck.Aim {
    fileprivate var isComparison: Bool {
        if case .comparison = self { true } else { false }
    }

    fileprivate var isSearched: Bool {
        switch self {
        case .training: false
        case .search: true
        case .comparison(let isSearched): isSearched
        }
    }
}

extension CaseExamination {
    /// The stored values of which there are voxels.
    var labelValues: [Int] { (labelCounts ?? [:]).filter { $0.value > 0 }.map(\.key) }

    func has(_ label: LabelTable.Label) -> Bool { labelCounts?[label.value, default: 0] ?? 0 > 0 }
}
