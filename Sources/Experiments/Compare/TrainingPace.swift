internal import SegNASDatasets
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// How fast a network is trained here, from steps on images of zeros.
struct TrainingPace {
    /// Seconds of an optimizer's step.
    let step: Double
    /// Seconds of all training cases, and of the validation after them; reading and augmentation go beside.
    let epoch: Double
    /// Of one image's forward pass, to which times are about proportional.
    let multiplyAdds: Double

    /// The least of so many.
    private static let repetitions = 2

    init(_ task: TrainingTask, split: Split, device: Device) throws {
        let options = task.options
        let plan = try task.networkPlan()
        multiplyAdds = Double(plan.multiplyAdds(size: task.size))
        let training = try SyntheticTraining(
            plan, size: task.size, options: options, device: device)
        let prediction = try SyntheticPrediction(
            plan, size: task.size, precision: options.precision, device: device)
        step = try leastSeconds(repetitions: Self.repetitions) {
            try training.step()
            try device.synchronize()
        }
        let validation = try leastSeconds(repetitions: Self.repetitions) {
            try prediction.run()
            try device.synchronize()
        }
        let batches = (split.training.count + options.batchSize - 1) / options.batchSize
        epoch = step * Double(batches) + validation * Double(split.validation.count)
    }
}
