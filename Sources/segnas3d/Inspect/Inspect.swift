internal import ArgumentParser
import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// `segnas3d inspect`: shows a network or a search space before anything is trained.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a network's layers, parameters and memory, a search space, or the recipes.",
        discussion: """
            Nothing is allocated or trained. Memory is that of tensors on the CPU: at the peak of a training \
            step (forward, loss, backward, Nadam), and of predicting one image.
            """)

    @Argument(
        help: """
            unet3d, vnet, nnunet, nnunet-resenc, an architecture's JSON file, a study, for its best network, the \
            folder of train --folds or --seeds, or a zip file of export; or a search space: segnas11, segnas4, \
            segnas7, segnas+ or a YAML file; or recipes, for the options of each.
            """)
    var target: String

    @Option(help: "Size of the images in voxels: 64, or x, y and z as in 48x64x32.")
    var size: Extent = 64

    @Option(help: "Number of labels, including the background.")
    var classes = 2

    @Option(help: "Number of image channels.")
    var channels = 1

    @Option(help: "Batch size.")
    var batch = 1

    @Option(help: "Type of activations: auto, float32 or bfloat16.")
    var precision = Precision.auto

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Option(help: "SVG file for a drawing of the network and its block graph.")
    var svg: String?

    func validate() throws {
        let counts = [
            ("--classes", classes, 2...255), ("--channels", channels, 1...1024),
            ("--batch", batch, 1...1024),
        ]
        for (name, count, range) in counts where !range.contains(count) {
            throw ValidationError(
                "\(name) must be from \(range.lowerBound) to \(range.upperBound), and \(count) is given"
            )
        }
    }

    func run() throws {
        guard target != "recipes" else {
            print(json ? try RecipeDescription.json() : RecipeDescription.text())
            return
        }
        try ZippedModel.withFolder(of: target) { folder in
            let isZipped = folder != target
            try inspect(isZipped ? .models(ModelEnsemble(of: folder)) : InspectTarget(target))
        }
    }

    private func inspect(_ found: InspectTarget) throws {
        switch found {
        case .space(let space):
            guard svg == nil else {
                throw ValidationError("only networks can be drawn, not spaces")
            }
            let description = SpaceDescription(space, name: target)
            print(json ? try description.json() : description.text())
        case .network(let architecture):
            for line in json ? [] : Self.warmStarts(ofStudy: target) { print(line) }
            try inspect(NetworkPlan(architecture, channels: channels, classes: classes))
        case .models(let ensemble):
            let model = try Model.description(contentsOf: ensemble.models[0].model)
            if !json { print(Self.words(ensemble, model)) }
            try inspect(model.plan())
        }
    }

    /// A line for each earlier study that the search of a study learned from; none for what is no study.
    private static func warmStarts(ofStudy path: String) -> [String] {
        let plan = try? StudyPlan(in: StudyFolder(path))
        return (plan?.sampler.earlier ?? []).map { "warm start: \($0.words)" }
    }

    /// A line about the models of a cross-validation, an ensemble or a cascade.
    private static func words(_ ensemble: ModelEnsemble, _ model: ModelDescription) -> String {
        let cleanUp = ensemble.postProcessing.flatMap { chosen in
            chosen.steps.isEmpty ? nil : chosen.words(model.preparation.labels)
        }
        let stage =
            ensemble.firstStage.isEmpty
            ? "" : "the second stage of a cascade, after \(ensemble.firstStage.count) networks: "
        let count =
            ensemble.models.count == 1
            ? "this network"
            : ensemble.weights != nil
                ? "the weighted mean of \(ensemble.models.count) networks, of which this is the first"
                : "the mean of \(ensemble.trainings?.words ?? "several"), each of this network"
        return stage + count + "; " + (cleanUp ?? "label maps are not cleaned up")
    }

    private func inspect(_ plan: NetworkPlan) throws {
        // Buffers of convolutions are counted by thread: those that a training would use.
        try CPU.setThreads(ThreadEnvironment.current.threads)
        var options = TrainingOptions()
        options.batchSize = batch
        options.precision = precision
        let description = try NetworkDescription(
            plan, size: size.xyz, options: options.resolved(on: .cpu))
        if let svg { try NewFile.write(NetworkFigure(plan, size: size.xyz).svg(), to: svg) }
        print(json ? try description.json() : description.text())
    }
}

/// The network or search space that the first argument names.
enum InspectTarget {
    case network(Architecture)
    case space(SearchSpace)
    /// A cross-validation, an ensemble or a cascade.
    case models(ModelEnsemble)

    init(_ text: String) throws {
        if let preset = SearchSpace.Preset(rawValue: text) {
            self = .space(SearchSpace(preset))
        } else if text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
            self = .space(try SearchSpace(contentsOf: text))
        } else if CrossValidationFolder(text).trainings != nil || CascadeFolder(text).isBegun
            || EnsembleFolder(text).isWritten
        {
            self = .models(try ModelEnsemble(of: text))
        } else if let network = try Architecture(named: text) {
            self = .network(network)
        } else {
            throw ValidationError(
                "'\(text)' is neither a network (unet3d, vnet, nnunet, nnunet-resenc, an architecture's .json "
                    + "file, a study) nor a search space (\(SearchSpace.Preset.names), or a .yaml file)"
            )
        }
    }
}
