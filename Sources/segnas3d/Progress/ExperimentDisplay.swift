internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

/// Shows the events of a search, a comparison or a training on standard error.
final class ExperimentDisplay {
    private let isQuiet: Bool
    private let tracker = ActivityTracker()
    private let search: SearchDisplay
    private var training: TrainingDisplay?
    /// The title of a training's bar; another one for a fold.
    private var trainingTitle = "Training"
    private var progress: (title: String, bar: Progress)?

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        search = SearchDisplay(isQuiet: isQuiet)
    }

    /// A monitor that shows events here and ends on Ctrl-C.
    var monitor: Monitor {
        Monitor(isEndRequested: { SignalWatch.isEndRequested }, tracker: tracker, report: show)
    }

    private func show(_ event: ExperimentEvent) {
        switch event {
        case .computing(let devices, let isChosen):
            GraphicsObstacle.warn(devices, isChosen: isChosen)
        case .working(let folder): warnOfMissingLocks(in: folder)
        case .learning(let studies):
            for study in studies {
                Progress("", isQuiet: isQuiet).say("Warm start: \(study.words)")
            }
        case .planned(let planned):
            Progress("", isQuiet: isQuiet).say("Plan: \(planned.words)")
        case .warning(let sentence): warn(sentence)
        case .training(let event): display().show(event)
        case .trainingEnded: finishTraining()
        case .stage(let run, let isFirst):
            finishTraining()
            trainingTitle = "Training"
            Progress("", isQuiet: isQuiet).say("\(isFirst ? "First" : "Second") stage: \(run)")
        case .fold(let run, let training, let all):
            finishTraining()
            trainingTitle = all.place(of: training)
            Progress("", isQuiet: isQuiet).say("\(trainingTitle): \(run)")
        case .searching(let progress): search.show(progress)
        case .trial(let event, let best): search.show(event, best: best)
        case .searchEnded: search.finish()
        case .candidate(let trial, let number, let all):
            finishTraining()
            trainingTitle = "Candidate \(number) of \(all)"
            Progress("", isQuiet: isQuiet).say("\(trainingTitle): the network of trial \(trial)")
        case .finalTraining: break
        case .weighing(let done, let all):
            finishTraining()
            bar("Weighing").set(done, of: all)
            if done == all { finishBar() }
        case .predicting(let done, let all): bar("Predicting").set(done, of: all)
        case .evaluating(let done, let all): bar("Evaluating").set(done, of: all)
        case .evaluationEnded: finishBar()
        case .comparing(let method, let split, let number, let all):
            Progress("", isQuiet: isQuiet).say("\(method) on split \(split): \(number) of \(all)")
        case .measuring(let done, let all):
            bar("Measuring").set(done, of: all)
            if done == all { finishBar() }
        }
    }

    /// Shows lines that stay.
    func say(_ lines: String) {
        let progress = Progress("", isQuiet: isQuiet)
        for line in lines.split(separator: "\n") { progress.say(String(line)) }
    }

    /// Shows a warning once, even where no progress is shown.
    func warn(_ sentence: String) { search.warn(sentence) }

    /// Removes the bars.
    func finish() {
        search.finish()
        finishTraining()
        finishBar()
    }

    private func display() -> TrainingDisplay {
        if let training { return training }
        let display = TrainingDisplay(
            isQuiet: isQuiet, tracker: tracker, title: trainingTitle)
        training = display
        return display
    }

    private func finishTraining() {
        training?.finish()
        training = nil
    }

    private func bar(_ title: String) -> Progress {
        if let progress, progress.title == title { return progress.bar }
        finishBar()
        let bar = Progress(title, isQuiet: isQuiet)
        progress = (title, bar)
        return bar
    }

    private func finishBar() {
        progress?.bar.finish()
        progress = nil
    }
}

/// Warns if the file system of a folder has no locks.
func warnOfMissingLocks(in path: String) {
    guard let fault = FileSystem.lockingFailure(at: path) else { return }
    Progress("").warn(
        """
        Warning: \(path) is on a file system without locks (\(fault)): a command in the same folder on another machine \
        goes unnoticed, so do not start one
        """)
}
