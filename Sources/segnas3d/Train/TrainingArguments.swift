internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASSegmentation
internal import SegNASTorch

/// Arguments for a training: a recipe, and what differs from it.
struct TrainingArguments: ParsableArguments {
    @Option(
        help: """
            Set of training options: paper, nnunet or default; options that are given win. It is default for patches, \
            and paper with --size and in compare, if none is named. segnas3d inspect recipes shows them.
            """)
    var recipe: Recipe?

    @Option(help: "Number of epochs; paper and default: 100.")
    var epochs: Int?

    @Option(help: "Batch size; paper: 3; otherwise as planned.")
    var batch: Int?

    @Option(
        help: """
            Compute each batch in this many parts, to need less memory; batch normalization then sees one part at a \
            time.
            """)
    var accumulate: Int?

    @Flag(
        help: """
            On several devices, take the statistics of batch normalization from the whole batch, not from each \
            device's part.
            """)
    var syncNorm = false

    @Option(
        help: ArgumentHelp(
            """
            Steps of an epoch of patches; by default as many as show each image's voxels about once.
            """, valueName: "steps"))
    var stepsPerEpoch: Int?

    @Option(
        help: ArgumentHelp(
            """
            Share of a batch of patches that is centred on labelled voxels, at least one patch; by default a third.
            """, valueName: "share"))
    var foregroundShare: Double?

    @Option(help: "Learning rate; paper: 0.001.")
    var learningRate: Double?

    @Option(help: "Learning-rate schedule; paper: constant.")
    var schedule: LearningRateSchedule?

    @Option(
        help: ArgumentHelp(
            "Warm-up: epochs in which the learning rate rises to its value; by default 0.",
            valueName: "epochs"))
    var warmUp: Int?

    @Option(help: "Optimizer; paper: nadam.")
    var optimizer: OptimizerChoice?

    @Option(help: "Weight decay of adam, adamw and sgd; by default 0.")
    var weightDecay: Double?

    @Option(help: "Momentum of sgd; by default 0.9.")
    var momentum: Double?

    @Option(
        help: ArgumentHelp("Maximum norm of all gradients together.", valueName: "norm"))
    var clip: Double?

    @Option(
        help: ArgumentHelp(
            "Stop after this many epochs without a better validation Dice.", valueName: "epochs"))
    var patience: Int?

    @Option(
        help: ArgumentHelp(
            """
            Keep and validate a moving average of the weights, of which each step keeps this share, such as 0.999.
            """, valueName: "share"))
    var average: Double?

    @Option(help: "Loss function: the paper's or nnU-Net's.")
    var loss: LossFunction?

    @Flag(help: "Do not augment training images.")
    var noAugmentation = false

    @Option(
        help: ArgumentHelp(
            "Augment training images in this way too; may be repeated.",
            valueName: "kind"))
    var augment: [AugmentationKind] = []

    @Option(
        help: ArgumentHelp(
            """
            Mirror half of the training images along each of these axes: any of x, y and z, as in yz. x runs from left \
            to right: do not mirror along it if labels distinguish left from right.
            """, valueName: "axes"))
    var mirror: MirrorAxes?

    @Option(
        help:
            "Grid for validation: the prepared one, which is the default, or the original one of the files."
    )
    var validateOn: ValidationGrid?

    @Option(
        help: ArgumentHelp(
            """
            Threads that cut and augment batches ahead of time, which do not depend on them; by default one on a CPU, \
            and the cores beside a GPU.
            """, valueName: "threads"))
    var loaderThreads: Int?

    func validate() throws {
        guard !noAugmentation || (augment.isEmpty && mirror == nil) else {
            throw ValidationError("--no-augmentation excludes --augment and --mirror")
        }
    }

    /// Applies the recipe and the options that were given, for images that are prepared in this way.
    func apply(to options: inout TrainingOptions, fit: PreparationOptions.Fit) {
        recipe?.apply(to: &options, fit: fit)
        if let epochs { options.epochs = epochs }
        if let batch { options.batchSize = batch }
        if let accumulate { options.accumulation = accumulate }
        if syncNorm { options.syncNorm = true }
        if let stepsPerEpoch { options.stepsPerEpoch = stepsPerEpoch }
        if let foregroundShare { options.foregroundShare = foregroundShare }
        if let learningRate { options.learningRate = learningRate }
        if let schedule { options.schedule = schedule }
        if let warmUp { options.warmUpEpochs = warmUp }
        if let optimizer { options.choose(optimizer) }
        if let weightDecay { options.weightDecay = weightDecay }
        if let momentum { options.momentum = momentum }
        if let clip { options.gradientClipping = clip }
        if let patience { options.patience = patience }
        if let average { options.weightAveraging = average }
        if let loss { options.loss = loss }
        augment(&options)
        if let validateOn { options.validationGrid = validateOn }
    }

    /// Applies the options that were given.
    func apply(to machine: inout MachineOptions) {
        if let loaderThreads { machine.loaderThreads = loaderThreads }
    }

    /// Adds to the recipe's augmentation what was given, or takes all of it away.
    private func augment(_ options: inout TrainingOptions) {
        if noAugmentation { options.augmentation = nil }
        guard !augment.isEmpty || mirror != nil else { return }
        var augmentation = options.augmentation ?? Augmentation()
        for kind in augment { kind.enable(in: &augmentation) }
        if let mirror {
            augmentation.mirroring = .init(
                probabilities: (0..<3).map { mirror.axes.contains($0) ? 0.5 : 0 })
        }
        options.augmentation = augmentation
    }
}

/// Augmentations that can be added to a recipe's, each with its default parameters; mirroring has a separate option.
enum AugmentationKind: String, CaseIterable, ExpressibleByArgument {
    case placement, movement, rotation, scaling, elastic, noise, blur, brightness, contrast
    case lowResolution = "low-resolution"
    case invertedGamma = "inverted-gamma"
    case gamma

    func enable(in augmentation: inout Augmentation) {
        switch self {
        case .placement: augmentation.placement = .init()
        case .movement: augmentation.movement = .init()
        case .rotation: augmentation.rotation = .init()
        case .scaling: augmentation.scaling = .init()
        case .elastic: augmentation.elastic = .init()
        case .noise: augmentation.noise = .init()
        case .blur: augmentation.blur = .init()
        case .brightness: augmentation.brightness = .init()
        case .contrast: augmentation.contrast = .init()
        case .lowResolution: augmentation.lowResolution = .init()
        case .invertedGamma: augmentation.invertedGamma = .init(probability: 0.1)
        case .gamma: augmentation.gamma = .init()
        }
    }
}
