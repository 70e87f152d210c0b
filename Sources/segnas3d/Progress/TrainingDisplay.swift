internal import SegNASHost
internal import SegNASSegmentation
internal import Synchronization

/// Shows a training on standard error.
final class TrainingDisplay {
    private var stallWatch: StallWatch?
    private let isQuiet: Bool
    private let title: String
    private var progress: Progress?
    /// Seconds and number of the epochs since the program began.
    private var time = (seconds: 0.0, epochs: 0)
    private var stage = Stage.other

    private enum Stage {
        case checking, preparing, training, testing, other
    }

    /// Shows a training, and warns if its tracker stands still.
    init(isQuiet: Bool, tracker: ActivityTracker, title: String = "Training") {
        self.isQuiet = isQuiet
        self.title = title
        stallWatch = StallWatch(tracker) { Progress("").warn($0) }
    }

    func show(_ event: TrainingEvent) {
        switch event {
        case .checking(let completed, let total):
            bar(.checking, "Checking").set(completed, of: total)
        case .warning(let sentence): warn("Note: \(sentence)")
        case .preparing(let completed, let total):
            bar(.preparing, "Preparing").set(completed, of: total)
        case .resuming(let epochs, let batches):
            say("Resuming after epoch \(epochs)" + (batches > 0 ? " and \(batches) batches" : ""))
        case .alreadyComplete: say("This run is complete: nothing is left to train")
        case .damagedCheckpoint(let file, let reason):
            warn("Warning: \(file) is damaged and not used: \(reason)")
        case .remark(let sentence): say("Note: \(sentence)")
        case .step(let step): show(step)
        case .saved: break
        case .epoch(let record, let epochs): show(record, of: epochs)
        case .testing(let completed, let total):
            bar(.testing, "Testing").set(completed, of: total)
        }
    }

    /// Removes the bar, and stops watching.
    func finish() {
        stallWatch = nil
        progress?.finish()
        progress = nil
        stage = .other
    }

    /// Warnings that this process has shown: a comparison trains on one dataset many times.
    private static let warnings = Mutex<Set<String>>([])

    private func warn(_ line: String) {
        guard Self.warnings.withLock({ $0.insert(line).inserted }) else { return }
        (progress ?? Progress("", isQuiet: isQuiet)).warn(line)
    }

    private func say(_ line: String) {
        (progress ?? Progress("", isQuiet: isQuiet)).say(line)
    }

    /// The bar of a stage, which replaces that of the stage before.
    private func bar(_ stage: Stage, _ title: String, done: Int = 0) -> Progress {
        if let progress, stage == self.stage { return progress }
        progress?.finish()
        let next = Progress(
            title, isQuiet: isQuiet, done: done,
            lineInterval: .seconds(stage == .training ? 60 : 5))
        (progress, self.stage) = (next, stage)
        return next
    }

    private func show(_ step: TrainingEvent.Step) {
        let done = (step.epoch - 1) * step.batches + step.batch
        bar(.training, title, done: done - 1).set(
            done, of: step.epochs * step.batches,
            notes: ["epoch \(step.epoch)"] + (step.dice.map { ["Dice \(decimal($0))"] } ?? [])
                + ["loss \(decimal(step.loss))", "\(percent(step.waitShare)) waiting"])
    }

    private func show(_ record: EpochRecord, of epochs: Int) {
        let seconds = record.seconds + record.validationSeconds
        time = (time.seconds + seconds, time.epochs + 1)
        let left = time.seconds / Double(time.epochs) * Double(epochs - record.epoch)
        let dice = record.validation?.mean.map { ["Dice \(decimal($0))"] } ?? []
        let wait = percent(record.waitSeconds / max(record.seconds, 1e-9))
        bar(.training, title).say(
            ["epoch \(record.epoch) of \(epochs): loss \(decimal(record.loss))"] + dice + [
                "\(decimal(seconds, 1)) s (\(wait) waiting)",
                "\(Progress.clock(seconds: Int(left.rounded(.up)))) left",
            ])
    }
}

/// A share as `3 %`.
func percent(_ share: Double) -> String {
    "\(Int((share * 100).rounded())) %"
}
