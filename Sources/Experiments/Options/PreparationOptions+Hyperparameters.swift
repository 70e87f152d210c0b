internal import SegNASDatasets
internal import SegNASSearch

// What a search chooses of the grid, as options of the preparation.

extension PreparationOptions {
    /// The preparation of a training for which a search has chosen these values.
    func choosing(_ values: [Hyperparameter: HyperparameterValue]) -> PreparationOptions {
        choosing(GridChoice(values))
    }

    func choosing(_ grid: GridChoice) -> PreparationOptions {
        var options = self
        if let size = grid.size { options.size = size }
        if let spacing = grid.spacing { options.spacing = .fixed(mm: spacing) }
        return options
    }

    /// The values of the grid's settings that a space searches: the nearest names that it has.
    func values(in space: SearchSpace) -> [Hyperparameter: HyperparameterValue] {
        var values: [Hyperparameter: HyperparameterValue] = [:]
        for setting in [Hyperparameter.patch, .size] {
            values[setting] = space.names(of: setting).flatMap { names in
                GridChoice.nearest(to: SIMD3<Double>(size), of: names) { name in
                    GridChoice.size(name).map { SIMD3<Double>($0) }
                }
            }.map { .choice($0) }
        }
        values[.spacing] = space.names(of: .spacing).flatMap { names in
            if names.contains(GridChoice.planned) { return GridChoice.planned }
            guard case .fixed(let mm) = spacing else { return names.first }
            return GridChoice.nearest(to: mm, of: names, GridChoice.spacing)
        }.map { .choice($0) }
        return values
    }
}

extension TrainingDataset {
    /// The images as a training sees them for which a search has chosen these values.
    func choosing(_ values: [Hyperparameter: HyperparameterValue]) -> TrainingDataset {
        var data = self
        data.preparation.options = preparation.options.choosing(values)
        return data
    }
}
