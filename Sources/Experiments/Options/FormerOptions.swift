internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

// Plans of schema 1 keep options as text, with the flags of that time as keys, and neither the dataset's path nor the
// cache. Only this file knows of them.

extension RecordedConditions {
    /// Reads the conditions of a study or comparison of schema 1.
    ///
    /// - Parameters:
    ///   - options: Texts by flag.
    ///   - seed: The seed of its sampler.
    ///   - images: The images of its trials; nil if none were prepared.
    /// - Throws: `DecodingError` for what no version has written.
    init(former options: [String: String], seed: UInt64, images: TrainingDataset?) throws {
        try self.init(
            former: options, seed: seed, dataset: images?.dataset.folder,
            preparation: images?.preparation.options)
    }

    init(
        former options: [String: String], seed: UInt64, dataset: String?,
        preparation: PreparationOptions?
    ) throws {
        let former = FormerOptions(options)
        var split = SplitOptions(plan: SplitPlan(recorded: options["--split"] ?? ""))
        split.index = former.number("--split-index") ?? 0
        var data = DataOptions(
            dataset: dataset ?? "", preparation: try preparation ?? former.preparation(),
            split: split, allowed: former.allowed)
        data.keepsSplit = true
        self.init(
            asked: TrainingConditions(
                data: data, training: try former.training(seed: seed),
                finalEpochs: former.number("--final-epochs")),
            device: options["--device"] ?? "cpu",
            memoryLimit: ByteCount(try former.required("--memory-limit") as UInt64))
    }
}

extension SplitOptions {
    /// Reads the text that runs record for a split: `50/20/30 --split-index 1 --groups ^(.)`.
    init(recordedInRun text: String) {
        var rest = text
        func take(_ flag: String) -> String? {
            guard let range = rest.firstRange(of: " \(flag) ") else { return nil }
            defer { rest = String(rest[..<range.lowerBound]) }
            return String(rest[range.upperBound...])
        }
        let groups = take("--groups").map { SplitGroups(recorded: $0) }
        let index = take("--split-index").flatMap { $0.split(separator: " ").first }
        self.init(
            plan: SplitPlan(recorded: rest), index: index.flatMap { Int($0) } ?? 0,
            groups: groups)
    }
}

private struct FormerOptions {
    private let options: [String: String]

    init(_ options: [String: String]) {
        self.options = options
    }

    func number<Number: LosslessStringConvertible>(_ flag: String) -> Number? {
        options[flag].flatMap { Number($0) }
    }

    func required<Number: LosslessStringConvertible>(_ flag: String) throws -> Number {
        guard let number: Number = number(flag) else { throw fault(flag) }
        return number
    }

    private func choice<Choice: RawRepresentable<String>>(_ flag: String) throws -> Choice {
        guard let choice = options[flag].flatMap({ Choice(rawValue: $0) }) else {
            throw fault(flag)
        }
        return choice
    }

    private func fault(_ flag: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "\(flag) is missing or no value"))
    }

    /// The training options; an augmentation of `none` is nil.
    func training(seed: UInt64) throws -> TrainingOptions {
        var training = TrainingOptions()
        training.epochs = try required("--epochs")
        training.batchSize = try required("--batch")
        training.accumulation = try required("--accumulate")
        training.learningRate = try required("--learning-rate")
        training.schedule = try choice("--schedule")
        training.warmUpEpochs = try required("--warm-up")
        training.optimizer = try choice("--optimizer")
        training.weightDecay = try required("--weight-decay")
        training.gradientClipping = number("--clip")
        training.patience = number("--patience")
        training.weightAveraging = number("--average")
        training.loss = try choice("--loss")
        training.precision = try choice("--precision")
        training.validationGrid = try choice("--validate-on")
        training.augmentation = try options["augmentation"].flatMap { text in
            text == "none"
                ? nil : try JSONDocument.parse(text, as: Augmentation.self)
        }
        training.seed = seed
        return training
    }

    /// The preparation: only size and fit could be chosen.
    func preparation() throws -> PreparationOptions {
        let axes = (options["--size"] ?? "").split(separator: "x").compactMap { Int($0) }
        guard axes.count == 3, axes.allSatisfy({ $0 > 0 }) else { throw fault("--size") }
        return PreparationOptions(
            size: SIMD3(axes[0], axes[1], axes[2]), fit: try choice("--fit"))
    }

    var allowed: Set<AllowableFault> {
        let names = (options["--allow"] ?? "").split(separator: ",")
        return Set(names.compactMap { AllowableFault(rawValue: String($0)) })
    }
}

/// The plan of a comparison of schema 1.
struct FormerComparisonPlan: Decodable {
    var version: String
    var dataset: DatasetRecord?
    var sampler: SamplerPlan
    var budget: StudyPlan.Budget
    var options: [String: String]

    var attempts: Int { options["--attempts"].flatMap { Int($0) } ?? 3 }
}
