internal import SegNASDatasets
public import SegNASHost
internal import SegNASReport
internal import SegNASSearch
public import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The conditions under which all networks of a search or a comparison are trained.
public struct TrainingConditions: Hashable, Codable, Sendable {
    public var data: DataOptions
    /// Training options, including the seed of all random numbers.
    public var training: TrainingOptions
    /// Epochs of the final training of the best network, from scratch; nil for none.
    public var finalEpochs: Int?
    /// Folds on which a search trains its best network, whose mean is then the model; nil for one training.
    ///
    /// They divide the training and validation cases. Without ``finalEpochs`` they have as many epochs as trials.
    public var finalFolds: Int?
    /// Seeds with which a search trains its best network, or each fold of it, again; nil for one.
    ///
    /// The model is the mean of all.
    public var finalSeeds: Int?
    /// Networks of a search that are trained again, of which the best one is delivered; nil for the best network of the
    /// search alone.
    ///
    /// Several are trained with ``finalEpochs``, on ``finalFolds`` or with ``finalSeeds``; without any of them, for as
    /// many epochs as trials.
    public var finalCandidates: Int?
    /// The most networks of which a search makes one model, if it is better than the best one on the validation cases;
    /// nil for one network alone.
    ///
    /// They are those that are trained again, or those whose models a search by a model keeps.
    public var ensemble: Int?
    /// True if the ensemble is the model even where it is no better; nil if not.
    public var isEnsembleForced: Bool?
    public var workers: WorkerOptions
    public var machine: MachineOptions

    /// The folds and seeds on which each network is trained again; nil for one training.
    var finalSet: FoldTrainings? {
        let (folds, seeds) = (max(finalFolds ?? 1, 1), max(finalSeeds ?? 1, 1))
        return folds * seeds > 1 ? FoldTrainings(folds: folds, seeds: seeds) : nil
    }

    /// Trainings after a search, of folds, seeds or candidates.
    var finalTrainings: Int { (finalSet?.all.count ?? 1) * max(finalCandidates ?? 1, 1) }

    /// Their epochs, all together; 0 where the best network of the search is not trained again.
    public var allFinalEpochs: Int {
        guard finalEpochs != nil || finalTrainings > 1 else { return 0 }
        return finalTrainings * (finalEpochs ?? training.epochs)
    }

    public init(
        data: DataOptions, training: TrainingOptions = TrainingOptions(), finalEpochs: Int? = nil,
        workers: WorkerOptions = WorkerOptions(), machine: MachineOptions = MachineOptions()
    ) {
        self.data = data
        self.training = training
        self.finalEpochs = finalEpochs
        self.workers = workers
        self.machine = machine
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        data.faults + training.faults
            + faultsOfCounts([
                ("finalEpochs", finalEpochs), ("finalCandidates", finalCandidates),
            ])
            + ensembleFaults
            + CrossValidationSession.faults(ofCount: finalFolds, named: "finalFolds")
            + CrossValidationSession.faults(ofCount: finalSeeds, named: "finalSeeds")
            + workers.faults + machine.faults
    }

    private var ensembleFaults: [String] {
        guard let ensemble else { return [] }
        let most = EnsembleWeighing.maxModels
        guard (1...most).contains(ensemble) else {
            return ["`ensemble` must be 1 to \(most), and \(ensemble) is given"]
        }
        guard ensemble > 1 else { return [] }
        if finalSet != nil {
            let other = finalFolds == nil ? "finalSeeds" : "finalFolds"
            return ["`ensemble` and `\(other)` exclude each other: give one of them"]
        }
        if !comparesCandidates, finalEpochs != nil {
            return [
                "`ensemble` takes networks that are trained alike, and one is trained again: "
                    + "give `finalCandidates` \(ensemble), too"
            ]
        }
        return []
    }

    /// True if a model may be made of several networks.
    var weighsEnsemble: Bool { ensemble ?? 1 > 1 }

    /// True if several networks are trained again, and the best of them is delivered.
    var comparesCandidates: Bool { finalCandidates ?? 1 > 1 }

    /// The training of a network, without a test; nil stands for the seed of the conditions.
    func task(
        _ architecture: Architecture,
        hyperparameters: [Hyperparameter: HyperparameterValue] = [:],
        seed: UInt64? = nil, on dataset: Dataset
    ) -> TrainingTask {
        var options = training
        if let seed { options.seed = seed }
        options.apply(hyperparameters, fit: data.preparation.fit)
        var task = TrainingTask(
            dataset, architecture, preparation: data.preparation.choosing(hyperparameters),
            split: data.split, options: options)
        task.isTested = false
        task.allowed = data.allowed
        return task
    }

    /// The training of a candidate's network.
    func task(_ candidate: Candidate, on dataset: Dataset) -> TrainingTask {
        task(
            candidate.architecture, hyperparameters: candidate.hyperparameters, on: dataset)
    }

    /// The steps of an epoch, at least: where patches are drawn by the cases' voxels, one for each case.
    func stepsPerEpoch(_ data: TrainingDataset) -> Int {
        training.stepsPerEpoch
            ?? (data.split.training.count + training.batchSize - 1) / training.batchSize
    }

    /// What is known of the images before any training.
    func searchedImages(of dataset: Dataset) -> SearchedImages {
        let preparation = data.preparation
        var images = SearchedImages(
            size: preparation.size, channels: dataset.channels.count,
            classes: dataset.labels.outputCount,
            batch: training.normalizedImages(devices: workers.devicesOfTrial))
        if preparation.fit == .patch, case .fixed(let mm) = preparation.spacing {
            images.spacing = mm
        }
        return images
    }

    /// The machine of a training on these devices.
    func machine(_ devices: [Device]) -> Trainer.Machine {
        machine(devices, threads: machine.threadCount)
    }

    /// The same with threads of its own, as a worker has them.
    func machine(_ devices: [Device], threads: Int) -> Trainer.Machine {
        var machine = Trainer.Machine(
            devices: devices, threads: threads, cache: self.machine.cache, version: Release.version)
        machine.loaderThreads = self.machine.loaderThreads(for: devices[0], threads: threads)
        machine.nodeDisk = self.machine.nodeDisk
        return machine
    }
}

/// Conditions as a plan keeps them, with the choices that were made when the work was begun.
public struct RecordedConditions: Hashable, Codable, Sendable {
    /// The conditions with the chosen precision instead of `auto`.
    public var asked: TrainingConditions
    /// `cpu` or `cuda`: the index does not matter.
    public var device: String
    /// Limit on the tensors of one training.
    public var memoryLimit: ByteCount

    init(_ asked: TrainingConditions, on device: Device, memoryLimit: ByteCount) {
        self.asked = asked
        self.asked.training = asked.training.resolved(on: device)
        self.asked.data.dataset = absolutePath(asked.data.dataset)
        self.asked.machine.cache = asked.machine.cache.map(absolutePath)
        self.device = device == .cpu ? "cpu" : "cuda"
        self.memoryLimit = memoryLimit
    }

    init(asked: TrainingConditions, device: String, memoryLimit: ByteCount) {
        self.asked = asked
        self.device = device
        self.memoryLimit = memoryLimit
    }

    /// The conditions under which the work is resumed by default: on the same kind of device.
    public var resumed: TrainingConditions {
        var resumed = asked
        if device == "cpu", resumed.machine.device == "auto" { resumed.machine.device = device }
        return resumed
    }

    /// Differences to other conditions in all that results depend on.
    func differences(to now: RecordedConditions) -> [StudyError.Difference] {
        // The seed is compared as the sampler's.
        let training = TrainingOptions.fields.filter { $0.name != "seed" }.compactMap {
            StudyError.Difference($0.name, $0.text(asked.training), $0.text(now.asked.training))
        }
        let normsByDevice = asked.training.syncNorm != true
        return training + asked.data.differences(to: now.asked.data)
            + [
                StudyError.Difference("device", device, now.device),
                normsByDevice
                    ? StudyError.Difference(
                        "devicesPerTrial", "\(asked.workers.devicesOfTrial)",
                        "\(now.asked.workers.devicesOfTrial)") : nil,
                StudyError.Difference(
                    "memoryLimit", "\(memoryLimit.bytes)", "\(now.memoryLimit.bytes)"),
            ].compactMap(\.self)
    }
}

extension TrainingDescription {
    /// Describes conditions; the name of a split's file is left out.
    ///
    /// - Parameters:
    ///   - conditions: Those of a search or a comparison.
    ///   - space: The space of the search: what it chooses is left out, what it fixes is as it says.
    init(_ conditions: RecordedConditions, in space: SearchSpace? = nil) {
        let (training, data) = (conditions.asked.training, conditions.asked.data)
        func word(_ name: Hyperparameter, _ label: String, _ value: String) -> String? {
            guard let values = space?[.hyperparameter(name)] else {
                let isOfRecipe = name != .batch && space?[.hyperparameter(.recipe)] != nil
                return isOfRecipe ? nil : label + value
            }
            return values.isFixed ? label + "\(values)" : nil
        }
        let words = [
            "\(training.epochs) epochs", word(.batch, "batch ", "\(training.batchSize)"),
            word(.optimizer, "", training.optimizer.rawValue),
            word(.learningRate, "learning rate ", "\(training.learningRate)"),
            word(.loss, "loss ", training.loss.rawValue), training.precision.rawValue,
            "fit \(data.preparation.fit.rawValue)",
        ].compactMap(\.self)
        let split =
            switch data.split.plan {
            case .shuffled: "\(data.split.plan) % training/validation/test"
            case .everything: "all"
            case .folds, .listed: "\(data.split.plan) in the datalist"
            case .file: "as in a file"
            }
        self.init(
            training: words.joined(separator: ", "), split: split,
            memory: "\(conditions.memoryLimit) for a training",
            isOnGPU: conditions.device == "cuda")
    }
}
