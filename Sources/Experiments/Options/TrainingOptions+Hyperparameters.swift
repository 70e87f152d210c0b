internal import SegNASDatasets
internal import SegNASSearch
internal import SegNASSegmentation

// What a search chooses, as options of a training.

extension TrainingOptions {
    /// Applies the values that a search has chosen: a recipe first, whose options the others replace.
    ///
    /// Epochs, the batch and what else tells trainings apart in time stay as they are, whatever the recipe has.
    mutating func apply(
        _ values: [Hyperparameter: HyperparameterValue], fit: PreparationOptions.Fit
    ) {
        if let name = values[.recipe]?.choice, let recipe = Recipe(rawValue: name) {
            apply(recipe, fit: fit)
        }
        if let name = values[.optimizer]?.choice, let optimizer = OptimizerChoice(rawValue: name) {
            choose(optimizer)
        }
        for (name, value) in values {
            switch value {
            case .number(let number): apply(number, of: name)
            case .choice(let choice): apply(choice, of: name)
            }
        }
    }

    private mutating func apply(_ value: Double, of name: Hyperparameter) {
        switch name {
        case .batch: batchSize = Int(value)
        case .learningRate: learningRate = value
        case .weightDecay: weightDecay = value
        case .momentum: momentum = value
        case .clip: gradientClipping = value
        case .average: weightAveraging = value
        case .warmUp: warmUpEpochs = Int(value)
        case .foregroundShare: foregroundShare = value
        case .augmentation: augmentation = value == 0 ? nil : augmentation?.scaled(by: value)
        case .loss, .optimizer, .schedule, .recipe, .patch, .size, .spacing: break
        }
    }

    private mutating func apply(_ choice: String, of name: Hyperparameter) {
        switch name {
        case .loss: loss = LossFunction(rawValue: choice) ?? loss
        case .schedule: schedule = LearningRateSchedule(rawValue: choice) ?? schedule
        // Recipe and optimizer come before the others, and the grid is that of the images.
        default: break
        }
    }

    private mutating func apply(_ recipe: Recipe, fit: PreparationOptions.Fit) {
        let given = self
        recipe.apply(to: &self, fit: fit)
        epochs = given.epochs
        batchSize = given.batchSize
        accumulation = given.accumulation
        stepsPerEpoch = given.stepsPerEpoch
        patience = given.patience
    }

    /// The values of these options for hyperparameters that are searched.
    ///
    /// There is none for what they do not use, nor for a recipe if they follow none.
    func values(
        of names: [Hyperparameter], fit: PreparationOptions.Fit
    ) -> [Hyperparameter: HyperparameterValue] {
        var values: [Hyperparameter: HyperparameterValue] = [:]
        for name in names { values[name] = value(of: name, fit: fit) }
        return values
    }

    private func value(
        of name: Hyperparameter, fit: PreparationOptions.Fit
    ) -> HyperparameterValue? {
        switch name {
        case .batch: .number(Double(batchSize))
        case .learningRate: .number(learningRate)
        case .weightDecay: .number(weightDecay)
        case .momentum: .number(momentum ?? Self.standardMomentum)
        case .clip: gradientClipping.map { .number($0) }
        case .average: weightAveraging.map { .number($0) }
        case .warmUp: .number(Double(warmUpEpochs))
        case .foregroundShare: .number(foregroundShare ?? PatchOptions.standardForegroundShare)
        case .augmentation: 1
        case .loss: .choice(loss.rawValue)
        case .optimizer: .choice(optimizer.rawValue)
        case .schedule: .choice(schedule.rawValue)
        case .recipe: recipe(fit: fit).map { .choice($0.rawValue) }
        // Those of the images.
        case .patch, .size, .spacing: nil
        }
    }

    /// The recipe that these options follow; nil for none.
    private func recipe(fit: PreparationOptions.Fit) -> Recipe? {
        Recipe.allCases.first { recipe in
            var options = self
            options.apply(recipe, fit: fit)
            return options == self
        }
    }
}
