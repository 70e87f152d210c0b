internal import ArgumentParser
internal import Segmentation
internal import Torch

/// How a network is trained, on the command line: what is not given is as in the paper.
struct TrainingArguments: ParsableArguments {
    @Option(help: "How often all training cases are seen.")
    var epochs = TrainingOptions().epochs

    @Option(help: "Images of one step.")
    var batch = TrainingOptions().batchSize

    @Option(
        help: """
            Compute each batch in so many parts, to need less memory; batch normalization then sees one part at a time.
            """)
    var accumulate = TrainingOptions().accumulation

    @Option(help: "Learning rate.")
    var learningRate = TrainingOptions().learningRate

    @Option(help: "Course of the learning rate.")
    var schedule = TrainingOptions().schedule

    @Option(
        help: ArgumentHelp(
            "Epochs in which the learning rate rises to its value.", valueName: "epochs"))
    var warmUp = TrainingOptions().warmUpEpochs

    @Option(help: "Optimizer.")
    var optimizer = TrainingOptions().optimizer

    @Option(help: "Weight decay of adam, adamw and sgd.")
    var weightDecay = TrainingOptions().weightDecay

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

    @Option(help: "The paper's loss, or nnU-Net's.")
    var loss = TrainingOptions().loss

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
            "Compare labels in validation on the prepared grid, or on that of the files: original.")
    var validateOn = TrainingOptions().validationGrid

    func validate() throws {
        guard !noAugmentation || (augment.isEmpty && mirror == nil) else {
            throw ValidationError("--no-augmentation excludes --augment and --mirror")
        }
        let faults = options(precision: .auto, seed: 0).faults
        guard faults.isEmpty else { throw ValidationError(faults.joined(separator: "\n")) }
    }

    func options(precision: Precision, seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.batchSize = batch
        options.accumulation = accumulate
        options.learningRate = learningRate
        options.schedule = schedule
        options.warmUpEpochs = warmUp
        options.optimizer = optimizer
        options.weightDecay = weightDecay
        options.gradientClipping = clip
        options.patience = patience
        options.weightAveraging = average
        options.loss = loss
        options.augmentation = augmentation
        options.precision = precision
        options.validationGrid = validateOn
        options.seed = seed
        return options
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
