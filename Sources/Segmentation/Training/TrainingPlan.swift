internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASTorch

/// All that a run was begun with: its `plan.json`.
struct TrainingPlan: Hashable, Codable {
    private(set) var schema = Self.newestSchema
    /// Tells a run's plan from a study's.
    private(set) var command = "train"
    var version: String
    var libtorch: String
    var dataset: DatasetRecord
    var network: Architecture
    /// What each pooling of the network halves; nil for all axes.
    var levels: Pyramid?
    var preparation: Preparation
    /// How the cases were to be divided, and how they are.
    var splitPlan: String
    var split: Split
    /// With the precision that was chosen, not `auto`.
    var options: TrainingOptions
    /// `cpu` or `cuda`: which one of several does not matter.
    var device: String
    /// Threads of the CPU.
    var threads: Int
    /// Faults of the dataset with which it was begun knowingly, sorted; nil for none.
    var allowed: [AllowableFault]?
    /// The dataset's path and the machine's options, with which the run goes on where nothing else is asked for; nil
    /// where the program of schema 1 began it.
    var source: String?
    var machine: MachineOptions?

    /// That new plans have; 1 has neither source nor machine.
    static let newestSchema = 2

    /// Takes from a plan of now what changes no result.
    mutating func took(_ now: TrainingPlan) {
        guard now.source != nil || now.machine != nil else { return }
        (schema, source, machine) = (Self.newestSchema, now.source, now.machine)
    }
}

extension TrainingPlan {
    /// Options that are not those of a run that was begun, a sentence each.
    ///
    /// The number of epochs is not among them, nor are faults that are allowed: they change no result.
    func differences(to now: TrainingPlan) -> [String] {
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
        all.append(differ("`device`", device, now.device))
        return all.compactMap(\.self)
    }

    private var levelsText: String {
        levels.flatMap { try? JSONDocument.text(of: $0, .line) } ?? "all axes halved"
    }

    private var preparationFields: [(name: String, text: String)] {
        let options = preparation.options
        return [
            ("`size`", "\(options.size.x)x\(options.size.y)x\(options.size.z)"),
            ("`fit`", options.fit.rawValue),
            ("canonical orientation", "\(options.isCanonical)"),
            ("spacing", "\(options.spacing)"),
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
        ("batchSize", { "\($0.batchSize)" }),
        ("accumulation", { "\($0.accumulation)" }),
        ("learningRate", { "\($0.learningRate)" }),
        ("schedule", { $0.schedule.rawValue }),
        ("warmUpEpochs", { "\($0.warmUpEpochs)" }),
        ("optimizer", { $0.optimizer.rawValue }),
        ("weightDecay", { "\($0.weightDecay)" }),
        ("gradientClipping", { $0.gradientClipping.map { "\($0)" } ?? "none" }),
        ("patience", { $0.patience.map { "\($0)" } ?? "none" }),
        ("weightAveraging", { $0.weightAveraging.map { "\($0)" } ?? "none" }),
        ("loss", { $0.loss.rawValue }),
        ("augmentation", { $0.augmentation.map(\.text) ?? "none" }),
        ("precision", { $0.precision.rawValue }),
        ("validationGrid", { $0.validationGrid.rawValue }),
        ("seed", { "\($0.seed)" }),
    ]
}

extension Augmentation {
    /// One line of JSON, as short as it tells augmentations apart.
    fileprivate var text: String {
        (try? JSONDocument.text(of: self, .line)) ?? ""
    }
}
