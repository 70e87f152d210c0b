/// The flags of the command line for the properties that the library's messages name, such as `` `batchSize` ``.
enum Flags {
    private static let all = [
        "accumulation": "--accumulate", "allowed": "--allow", "attempts": "--attempts",
        "augmentation": "augmentation", "baselines": "--baselines", "batchSize": "--batch",
        "cache": "--cache", "cascade": "--cascade",
        "canonical orientation": "canonical orientation",
        "crop of empty space": "crop of empty space", "device": "--device",
        "dicomSeg": "--dicom-seg",
        "devicesPerTrial": "--devices-per-trial", "effectiveEpochs": "--effective-epochs",
        "effectiveIterations": "--effective-iterations", "epochs": "--epochs",
        "ensemble": "--ensemble", "finalCandidates": "--final-candidates",
        "finalEpochs": "--final-epochs", "finalFolds": "--final-folds",
        "finalSeeds": "--final-seeds", "first": "--first", "firstRung": "--first-rung",
        "fit": "--fit", "format": "--format", "folds": "--folds",
        "foregroundShare": "--foreground-share", "from": "--from",
        "gradientClipping": "--clip", "groups": "--groups", "hangTimeout": "--hang-timeout",
        "horizon": "horizon", "interpolation": "interpolation", "iterations": "--iterations",
        "jobs": "--jobs",
        "kept proportions": "kept proportions", "label interpolation": "label interpolation",
        "labels": "--labels", "launcher": "--launcher",
        "learningRate": "--learning-rate", "loss": "--loss", "memoryLimit": "--memory-limit",
        "loaderThreads": "--loader-threads", "maxOperations": "--max-operations",
        "maxParameters": "--max-parameters", "maxPredictionTime": "--max-prediction-time",
        "minutes": "--minutes", "momentum": "--momentum",
        "network": "--network", "normalization": "normalization", "optimizer": "--optimizer",
        "output": "--output", "outputs": "--outputs", "overwrite": "--overwrite",
        "patch": "--patch", "patience": "--patience",
        "population": "--population", "precision": "--precision", "prefer": "--prefer",
        "rungs": "--rungs", "sampler": "--sampler",
        "schedule": "--schedule", "seed": "--seed", "seeds": "--seeds", "size": "--size",
        "slurm": "--slurm", "space": "--space",
        "spaces": "--spaces", "spacing": "--spacing", "split": "--split",
        "splitIndex": "--split-index", "splits": "--splits", "stepsPerEpoch": "--steps-per-epoch",
        "syncNorm": "--sync-norm", "threads": "--threads",
        "timeLimit": "--time-limit", "trialTimeout": "--trial-timeout",
        "validationGrid": "--validate-on", "warmStart": "--warm-start",
        "warmUpEpochs": "--warm-up",
        "weightAveraging": "--average", "weightDecay": "--weight-decay", "workers": "--workers",
    ]

    /// A sentence with the flags of the properties that it names.
    static func spelled(in sentence: String) -> String {
        var parts = sentence.split(separator: "`", omittingEmptySubsequences: false)
        var spelled = ""
        while let part = parts.first {
            parts.removeFirst()
            // A property is named between two marks; any other mark stays.
            guard let name = parts.first, parts.count > 1, let flag = all[String(name)] else {
                spelled += part + (parts.isEmpty ? "" : "`")
                continue
            }
            spelled += part + flag
            parts.removeFirst()
        }
        return spelled
    }
}
