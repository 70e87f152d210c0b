internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

// A space and the trainings that it is searched with.

extension SearchSpace {
    /// The hyperparameters that are searched.
    var searchedHyperparameters: [Hyperparameter] { Self.hyperparameters(in: searched) }

    private static func hyperparameters(in dimensions: [Dimension]) -> [Hyperparameter] {
        dimensions.compactMap { dimension in
            if case .hyperparameter(let name) = dimension.name { name } else { nil }
        }
    }

    /// Faults of the space's settings for these trainings, a sentence each with its remedy.
    func faults(for conditions: TrainingConditions) -> [String] {
        missing(in: conditions) + impossible(in: conditions)
    }

    /// Settings that images or trainings do not have.
    private func missing(in conditions: TrainingConditions) -> [String] {
        let names = Self.hyperparameters(in: dimensions)
        var faults: [String] = []
        if names.contains(.foregroundShare), conditions.data.preparation.fit != .patch {
            faults.append(
                "the `space` has foreground_share, which is for patches, and whole images are trained on: remove it, "
                    + "or give a `patch`")
        }
        if names.contains(.augmentation), !names.contains(.recipe),
            conditions.training.augmentation == nil
        {
            faults.append(
                "the `space` has augmentation, a factor on that of the training, which has none: remove it, or choose "
                    + "kinds of augmentation")
        }
        // A batch that is searched, or a recipe's, concerns its trials alone.
        if !names.contains(.batch), !names.contains(.recipe) {
            let devices = conditions.workers.devicesOfTrial
            faults += [conditions.training.fault(devices: devices)].compactMap(\.self)
        }
        return faults + gridFaults(for: conditions)
    }

    /// Grids that the images do not have, or on which networks cannot be compared.
    private func gridFaults(for conditions: TrainingConditions) -> [String] {
        let names = Self.hyperparameters(in: dimensions)
        let isOfPatches = conditions.data.preparation.fit == .patch
        var faults: [String] = []
        for name in [Hyperparameter.patch, .spacing] where names.contains(name) && !isOfPatches {
            faults.append(
                "the `space` has \(name.rawValue), which is for patches, and whole images are trained on: remove it, "
                    + "or give a `patch`")
        }
        if names.contains(.size), isOfPatches {
            faults.append(
                "the `space` has size, to which whole images are brought, and patches are trained on: have it search "
                    + "patch, or give a `size`")
        }
        let grids = [Hyperparameter.size, .spacing].filter(searchedHyperparameters.contains)
        if !grids.isEmpty, conditions.training.validationGrid != .original {
            faults.append(
                "the `space` searches \(listed(grids.map(\.rawValue))), and Dice on prepared images of different "
                    + "voxels cannot be compared: give `validationGrid` original")
        }
        return faults
    }

    /// Trainings whose options contradict each other, at the ends of all ranges with every combination of names.
    ///
    /// A batch that cannot be divided into parts concerns its trials alone.
    private func impossible(in conditions: TrainingConditions) -> [String] {
        let fit = conditions.data.preparation.fit
        var faults: [String] = []
        for values in combinations() {
            var options = conditions.training
            options.apply(values.filter { $0.key != .batch }, fit: fit)
            let names = values.filter { $0.value.choice != nil }
                .map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
            let (place, remedy) =
                names.isEmpty
                ? ("", "")
                : (
                    " with \(names)",
                    "; give the setting a condition, such as when: {optimizer: sgd}"
                )
            for fault in options.faults {
                let sentence = "the `space` has trainings\(place) that cannot be: \(fault)\(remedy)"
                if !faults.contains(sentence) { faults.append(sentence) }
            }
        }
        return faults
    }

    /// The lowest and the highest values of all numbers, with every combination of names.
    private func combinations() -> [[Hyperparameter: HyperparameterValue]] {
        var points: [[Double]] = [bounds.map(\.lowerBound), bounds.map(\.upperBound)]
        for (index, dimension) in searched.enumerated() {
            guard case .categories(let names) = dimension.values else { continue }
            points = points.flatMap { point in
                names.indices.map { name in
                    var other = point
                    other[index] = Double(name) + 0.5
                    return other
                }
            }
        }
        return points.map { decode($0).hyperparameters }
    }
}
