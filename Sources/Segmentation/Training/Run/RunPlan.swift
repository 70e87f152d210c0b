public import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASTorch

/// The plan of a run: everything it was begun with, stored as `plan.json`.
struct RunPlan: Hashable, Codable {
    private(set) var schema = Self.newestSchema
    /// The command, which distinguishes a run's plan from a study's.
    private(set) var command = "train"
    var version: String
    var libtorch: String
    var dataset: DatasetRecord
    var network: Architecture
    /// What each pooling of the network halves; nil for all axes.
    var levels: Pyramid?
    var preparation: Preparation
    /// The options of the split, as text.
    var splitPlan: String
    /// The split of the cases.
    var split: Split
    /// The options, with the chosen precision instead of `auto`.
    var options: TrainingOptions
    /// The time that the epochs of the options were chosen for; nil if they were given.
    var time: TrainingTime?
    /// The model whose weights the run began with; nil if they were drawn.
    var origin: ModelOrigin?
    /// The first stage of a cascade; nil outside of cascades.
    var firstStage: FirstStage?
    /// `cpu` or `cuda`, without a number.
    var device: String
    /// The number of devices that each compute a part of every batch; nil for one.
    var devices: Int?
    /// The number of the CPU's threads.
    var threads: Int
    /// Where it is trained now, or was last; nil in plans of earlier versions.
    var place: Place?
    /// Allowed faults of the dataset, sorted; nil for none.
    var allowed: [AllowableFault]?
    /// The dataset's path, used to resume unless another one is given; nil in schema 1.
    var source: String?
    /// The machine's options, used to resume unless others are given; nil in schema 1.
    var machine: MachineOptions?

    struct Place: Hashable, Codable {
        /// Devices such as `cuda:1`, one for each part of a batch.
        var devices: [String]
        var threads: Int
    }

    /// The schema of new plans; 1 has neither source nor machine.
    static let newestSchema = 2

    /// Takes over the fields of a new plan that change no result.
    mutating func update(from now: RunPlan) {
        (devices, place) = (now.devices, now.place)
        guard now.source != nil || now.machine != nil else { return }
        (schema, source, machine) = (Self.newestSchema, now.source, now.machine)
    }
}

extension RunPlan {
    /// The options in which a new plan differs from this one, a sentence each.
    ///
    /// The number of epochs is not among them, nor are allowed faults: they change no result.
    func differences(to now: RunPlan) -> [String] {
        func differ(_ name: String, _ before: String, _ after: String) -> String? {
            before == after ? nil : "\(name) was \(before), and is now \(after)"
        }
        var all = [differ("`network`", network.json, now.network.json)]
        all.append(differ("`levels`", levelsText, now.levelsText))
        all += preparationFields.indices.map { index in
            let (name, before) = preparationFields[index]
            return differ(name, before, now.preparationFields[index].text)
        }
        all.append(differ("`split`", splitPlan, now.splitPlan))
        if split != now.split, splitPlan == now.splitPlan {
            all.append("`split` \(splitPlan) gives other cases than it did")
        }
        all += TrainingOptions.fields.filter { $0.name != "epochs" }.map { name, text in
            differ("`\(name)`", text(options), text(now.options))
        }
        if let from = now.origin, from.weights != origin?.weights {
            all.append(differ("`from`", origin?.model ?? "not given", from.model))
        }
        if now.firstStage != firstStage {
            all.append("the first stage of the cascade has other models than before")
        }
        if let minutes = now.time?.minutes {
            all.append(
                differ("`minutes`", time.map { "\($0.minutes)" } ?? "not given", "\(minutes)"))
        }
        all.append(differ("`device`", device, now.device))
        if normalizesByDevice {
            all.append(
                differ("the number of devices", "\(devices ?? 1)", "\(now.devices ?? 1)"))
        }
        return all.compactMap(\.self)
    }

    /// True if statistics of batch normalization are those of each device's images, so that results depend on their
    /// number.
    private var normalizesByDevice: Bool { options.syncNorm != true && network.hasBatchNorm }

    private var levelsText: String {
        levels.flatMap { try? JSONDocument.text(of: $0, .line) } ?? "all axes halved"
    }

    private var preparationFields: [(name: String, text: String)] {
        let options = preparation.options
        return [
            ("`size`", "\(options.size.x)x\(options.size.y)x\(options.size.z)"),
            ("`fit`", options.fit.rawValue),
            ("canonical orientation", "\(options.isCanonical)"),
            ("crop of empty space", "\(options.isCropped)"),
            ("`spacing`", "\(options.spacing)"),
            ("kept proportions", "\(options.keepsProportions)"),
            ("normalization", "\(options.normalization)"),
            ("interpolation", "\(options.interpolation)"),
            ("label interpolation", "\(options.labelInterpolation)"),
        ]
    }
}

extension TrainingOptions {
    /// Every option as text, by the name of its property.
    public static let fields: [(name: String, text: @Sendable (TrainingOptions) -> String)] = [
        ("epochs", { "\($0.epochs)" }),
        ("horizon", { $0.horizon.map { "\($0)" } ?? "the epochs" }),
        ("batchSize", { "\($0.batchSize)" }),
        ("accumulation", { "\($0.accumulation)" }),
        ("syncNorm", { $0.syncNorm == true ? "given" : "not given" }),
        ("learningRate", { "\($0.learningRate)" }),
        ("schedule", { $0.schedule.rawValue }),
        ("warmUpEpochs", { "\($0.warmUpEpochs)" }),
        ("optimizer", { $0.optimizer.rawValue }),
        ("weightDecay", { "\($0.weightDecay)" }),
        ("momentum", { "\($0.momentum ?? standardMomentum)" }),
        ("gradientClipping", { $0.gradientClipping.map { "\($0)" } ?? "none" }),
        ("patience", { $0.patience.map { "\($0)" } ?? "none" }),
        ("weightAveraging", { $0.weightAveraging.map { "\($0)" } ?? "none" }),
        ("loss", { $0.loss.rawValue }),
        ("augmentation", { $0.augmentation.map(\.text) ?? "none" }),
        ("stepsPerEpoch", { $0.stepsPerEpoch.map { "\($0)" } ?? "by the cases' voxels" }),
        ("foregroundShare", { "\($0.foregroundShare ?? PatchOptions.standardForegroundShare)" }),
        ("precision", { $0.precision.rawValue }),
        ("validationGrid", { $0.validationGrid.rawValue }),
        ("seed", { "\($0.seed)" }),
    ]
}

extension Augmentation {
    /// One line of JSON.
    fileprivate var text: String {
        (try? JSONDocument.text(of: self, .line)) ?? ""
    }
}

extension SplitOptions {
    /// The options as text for plans and models, without the names of files.
    public var text: String {
        var text = "\(plan)"
        if index > 0 { text += " --split-index \(index)" }
        if seed > 0 { text += " (seed \(seed))" }
        switch groups {
        case .pattern(let pattern): text += " --groups \(pattern)"
        case .table(_, let column): text += " --groups a table:\(column)"
        case .known: text += " --groups a table"
        case nil: break
        }
        return text
    }
}
