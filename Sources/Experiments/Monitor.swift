public import SegNASDatasets
public import SegNASSearch
public import SegNASSegmentation
public import SegNASStudy
public import SegNASTorch

/// Observes a search, a training or a comparison, and may end it.
public struct Monitor {
    /// Called after every step of a training; true ends the work so that it can be resumed.
    public var isEndRequested: () -> Bool
    /// Tracks what trainings in this process do, so that a standstill is noticed.
    public var tracker: ActivityTracker
    /// Called with each event, on the thread that works.
    public var report: (ExperimentEvent) -> Void

    public init(
        isEndRequested: @escaping () -> Bool = { false },
        tracker: ActivityTracker = ActivityTracker(),
        report: @escaping (ExperimentEvent) -> Void = { _ in }
    ) {
        self.isEndRequested = isEndRequested
        self.tracker = tracker
        self.report = report
    }

    func training(_ event: TrainingEvent) { report(.training(event)) }

    /// The same without the device and the folder of the work, for a part of it.
    var withoutPlace: Monitor {
        var monitor = self
        monitor.report = { event in
            switch event {
            case .computing, .working: break
            default: report(event)
            }
        }
        return monitor
    }

    func warn(_ sentence: String) { report(.warning(sentence)) }
}

/// An event of a search, a training or a comparison.
public enum ExperimentEvent {
    /// The devices in use; `isChosen` if `auto` chose them.
    case computing(on: [Device], isChosen: Bool)
    /// The work goes into a folder.
    case working(in: String)
    /// A model learns from earlier studies too.
    case learning(from: [EarlierStudy])
    /// What was not given has been planned from the images.
    case planned(PlannedTraining)
    /// A warning for the user, which may come again.
    case warning(String)
    /// An event of a training in this process, including the preparation of a search's images.
    case training(TrainingEvent)
    case trainingEnded
    /// A cross-validation begins with one of its trainings, or resumes it.
    case fold(run: String, training: FoldTrainings.Training, of: FoldTrainings)
    /// A cascade begins with its first stage or its second one, or resumes it.
    case stage(run: String, isFirst: Bool)
    /// How far a search is, every second.
    case searching(SearchProgress)
    /// An event of a trial, and the best trial so far.
    case trial(Coordinator.Event, best: Trial?)
    case searchEnded
    /// The final training of one of several networks begins, or is resumed: `number` of all, counted from 1.
    case candidate(trial: Int, number: Int, all: Int)
    /// A network is trained again after the search, once or as a candidate, or that is resumed.
    case finalTraining(run: String)
    /// Numbers of validation cases on which the networks of an ensemble are weighed.
    case weighing(done: Int, all: Int)
    /// Numbers of test cases that are predicted or evaluated.
    case predicting(done: Int, all: Int)
    case evaluating(done: Int, all: Int)
    case evaluationEnded
    /// A comparison begins with a method on a split: pair `number` of all.
    case comparing(method: String, split: Int, number: Int, all: Int)
    /// Numbers of methods or networks that a forecast has measured.
    case measuring(done: Int, all: Int)
}
