internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

// What was planned, by the names of the options that would give it.

extension DataOptions {
    var chosen: [String: String] {
        let size = "\(preparation.size.x)x\(preparation.size.y)x\(preparation.size.z)"
        guard preparation.fit == .patch else { return ["size": size] }
        var chosen = ["patch": size]
        switch preparation.spacing {
        case .stored: chosen["spacing"] = "stored"
        case .isotropic: chosen["spacing"] = "isotropic"
        case .fixed(let mm): chosen["spacing"] = "\(mm.x)x\(mm.y)x\(mm.z)"
        }
        return chosen
    }
}

extension TrainingOptions {
    var chosen: [String: String] {
        var chosen = ["epochs": "\(epochs)", "batch": "\(batchSize)"]
        if let stepsPerEpoch { chosen["steps-per-epoch"] = "\(stepsPerEpoch)" }
        return chosen
    }
}

extension SearchOptions {
    var chosen: [String: String] {
        var chosen = conditions.data.chosen.merging(conditions.training.chosen) { $1 }
        if SearchSpace.Preset(rawValue: space) != nil { chosen["space"] = space }
        chosen["sampler"] = sampling.method.rawValue
        chosen["rungs"] = "\(sampling.rungs)"
        switch sampling.budget {
        case .iterations(let count): chosen["iterations"] = "\(count)"
        case .effectiveIterations(let count): chosen["effective-iterations"] = "\(count)"
        case .effectiveEpochs(let count): chosen["effective-epochs"] = "\(count)"
        }
        if let operations = sampling.limits.operations {
            chosen["max-operations"] = "\(operations)"
        }
        if let finalEpochs = conditions.finalEpochs { chosen["final-epochs"] = "\(finalEpochs)" }
        return chosen
    }
}
