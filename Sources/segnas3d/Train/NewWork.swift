internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSegmentation

/// The data and the training of new work: what was given, a recipe, and a plan for the rest.
struct NewWork {
    var data: DataOptions
    var training: TrainingOptions
    /// The first stage of a cascade, if one is planned.
    var firstStage: RunOptions?

    /// Plans what the arguments of the command leave open.
    ///
    /// `recipe` takes the place of that of the images if none is given, `network` is what is to be trained, and
    /// `output` the folder of the work.
    ///
    /// - Throws: `ValidationError` if there is no dataset, and what planning throws.
    init(
        _ arguments: WorkArguments, recipe: Recipe? = nil, network: TrainingPlanner.Network,
        in output: String, monitor: Monitor
    ) throws {
        guard let dataset = arguments.data.dataset else {
            throw ValidationError(
                "there is nothing to resume in \(output); to begin, give DATASET")
        }
        let whole = try arguments.data.wholeImages(of: dataset)
        let fit = whole?.preparation.fit ?? .patch
        let recipe = arguments.training.recipe ?? recipe ?? .standing(for: fit)
        var training = TrainingOptions()
        recipe.apply(to: &training, fit: fit)
        arguments.training.apply(to: &training, fit: fit)
        arguments.compute.apply(to: &training)
        try arguments.data.checkSpacing()
        if let whole {
            (data, self.training) = (whole, training)
            return
        }
        var planner = TrainingPlanner(dataset: dataset)
        planner.allowed = arguments.data.allowance.kinds
        planner.network = network
        planner.given = arguments.data.given
        planner.given.batchSize = arguments.training.batch ?? recipe.batchSize
        planner.training = training
        planner.workers = arguments.workers
        planner.isCascade = arguments.isCascade
        arguments.compute.apply(to: &planner.machine)
        arguments.data.apply(to: &planner.machine)
        planner.monitor = monitor
        let planned = try planner.planned()
        monitor.report(.planned(planned))
        data = planned.data
        arguments.data.apply(to: &data)
        self.training = planned.training
        firstStage = arguments.isCascade ? planned.firstStage : nil
    }
}

/// The arguments of all work on a dataset.
struct WorkArguments {
    var data: DataArguments
    var training: TrainingArguments
    var compute: ComputeArguments
    /// Trainings at a time.
    var workers = 1
    var isCascade = false
}
