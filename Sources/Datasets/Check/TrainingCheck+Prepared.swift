internal import SegNASImaging

extension TrainingCheck {
    /// Adds what the prepared size leads to: labels that are in the files, and too small for the grid.
    ///
    /// - Parameters:
    ///   - training: The prepared training cases.
    ///   - validation: Those of the validation; nil where it judges on the grids of the files.
    public mutating func add(prepared training: [PreparedCase], validation: [PreparedCase]?) {
        let problems =
            lostInTraining(training) + (validation.map { lostInValidation($0) } ?? [])
        add(problems.map { DatasetFault(.training($0)) })
    }

    private func lostInTraining(_ prepared: [PreparedCase]) -> [TrainingProblem] {
        let presence = presence(in: prepared)
        let files = cases(.training)
        guard files.contains(where: { labels.contains(where: $0.has) }) else { return [] }
        guard presence.values.contains(where: { !$0.isEmpty }) else {
            return [.noTrainingLabels(.size)]
        }
        return labels.enumerated().compactMap { index, label in
            let having = files.filter { $0.has(label) }.map(\.identifier)
            let lost = having.count { presence[$0]?.contains(index + 1) == false }
            guard lost > 0 else { return nil }
            if lost == having.count { return .labelLost(label, cases: lost) }
            return 2 * lost > having.count
                ? .labelOftenLost(label, cases: lost, of: having.count) : nil
        }
    }

    private func lostInValidation(_ prepared: [PreparedCase]) -> [TrainingProblem] {
        let presence = presence(in: prepared)
        let files = cases(.validation)
        guard files.contains(where: { labels.contains(where: $0.has) }) else { return [] }
        guard presence.values.contains(where: { !$0.isEmpty }) else {
            return [noValidation(.size)]
        }
        let lost = labels.enumerated().filter { index, label in
            files.contains { $0.has(label) }
                && !presence.values.contains { $0.contains(index + 1) }
        }.map(\.element)
        return lost.isEmpty ? [] : [.labelsNotValidated(lost, .size)]
    }

    /// The classes that each case has, the background and voxels to ignore apart.
    private func presence(in prepared: [PreparedCase]) -> [String: Set<Int>] {
        let pairs = prepared.map { subject in
            (subject.identifier, subject.classes.filter { $0 > 0 && $0 <= labels.count })
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

extension PreparedCase {
    /// Classes of which there are voxels.
    fileprivate var classes: Set<Int> {
        var isThere = [Bool](repeating: false, count: 256)
        labels?.withValues(as: UInt8.self) { labels in
            for label in labels { isThere[Int(label)] = true }
        }
        return Set(isThere.indices.filter { isThere[$0] })
    }
}
