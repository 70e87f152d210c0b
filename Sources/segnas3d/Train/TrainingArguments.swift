internal import ArgumentParser
internal import SegNASSegmentation
internal import SegNASTorch

/// How a network is trained, on the command line: what is not given is as in the paper.
struct TrainingArguments: ParsableArguments {
    @Option(help: "How often all training cases are seen; by default 100.")
    var epochs: Int?

    @Option(help: "Images of one step; by default 3.")
    var batch: Int?

    @Option(
        help: """
            Compute each batch in so many parts, to need less memory; batch normalization then sees one part at a time.
            """)
    var accumulate: Int?

    @Option(help: "Learning rate; by default 0.001.")
    var learningRate: Double?

    @Option(help: "Course of the learning rate; by default constant.")
    var schedule: LearningRateSchedule?

    @Option(
        help: ArgumentHelp(
            "Epochs in which the learning rate rises to its value; by default 0.",
            valueName: "epochs"))
    var warmUp: Int?

    @Option(help: "Optimizer; by default nadam.")
    var optimizer: OptimizerChoice?

    @Option(help: "Weight decay of adam, adamw and sgd; by default 0.")
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp("Limit the norm of all gradients together to this.", valueName: "norm"))
    var clip: Double?

    @Option(
        help: ArgumentHelp(
            "End after so many epochs without a better validation Dice.", valueName: "epochs"))
    var patience: Int?

    @Option(
        help: ArgumentHelp(
            """
            Validate and keep a moving average of the weights, of which each step keeps this share, such as 0.999.
            """, valueName: "share"))
    var average: Double?

    @Option(help: "The paper's loss, which is the default, or nnU-Net's.")
    var loss: LossFunction?

    @Flag(help: "Leave training images as they are.")
    var noAugmentation = false

    @Option(
        help: ArgumentHelp(
            "Vary training images in this way too; may be repeated.",
            valueName: "kind"))
    var augment: [AugmentationKind] = []

    @Option(
        help: ArgumentHelp(
            """
            Mirror half of the training images along each of these axes: any of x, y and z, as in yz. x runs from left to \
            right: do not mirror along it where labels tell left from right.
            """, valueName: "axes"))
    var mirror: MirrorAxes?

    @Option(
        help:
            "Compare labels in validation on the prepared grid, which is the default, or on that of the files: original."
    )
    var validateOn: ValidationGrid?

    func validate() throws {
        guard !noAugmentation || (augment.isEmpty && mirror == nil) else {
            throw ValidationError("--no-augmentation excludes --augment and --mirror")
        }
    }

    /// Takes what is given.
    func apply(to options: inout TrainingOptions) {
        if let epochs { options.epochs = epochs }
        if let batch { options.batchSize = batch }
        if let accumulate { options.accumulation = accumulate }
        if let learningRate { options.learningRate = learningRate }
        if let schedule { options.schedule = schedule }
        if let warmUp { options.warmUpEpochs = warmUp }
        if let optimizer { options.optimizer = optimizer }
        if let weightDecay { options.weightDecay = weightDecay }
        if let clip { options.gradientClipping = clip }
        if let patience { options.patience = patience }
        if let average { options.weightAveraging = average }
        if let loss { options.loss = loss }
        if noAugmentation || !augment.isEmpty || mirror != nil {
            options.augmentation = augmentation
        }
        if let validateOn { options.validationGrid = validateOn }
    }

    private var augmentation: Augmentation? {
        guard !noAugmentation else { return nil }
        var augmentation = Augmentation()
        for kind in augment { kind.switchOn(in: &augmentation) }
        if let mirror {
            augmentation.mirroring = .init(
                probabilities: (0..<3).map { mirror.axes.contains($0) ? 0.5 : 0 })
        }
        return augmentation
    }
}

/// Ways to vary training images beside the paper's, each with its default numbers; mirroring has an option of its own.
enum AugmentationKind: String, CaseIterable, ExpressibleByArgument {
    case elastic, noise, blur, brightness, contrast
    case lowResolution = "low-resolution"
    case invertedGamma = "inverted-gamma"
    case gamma

    func switchOn(in augmentation: inout Augmentation) {
        switch self {
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
