public import SegNASSegmentation
public import SegNASStudy
public import SegNASTorch

/// Who watches a search, a training or a comparison, and may end it.
public struct Monitor {
    /// Asked after every step of a training; true ends the work where it can be resumed.
    public var isEndRequested: () -> Bool
    /// Told what a training in this process does, to notice where it stands still.
    public var tracker: ActivityTracker
    /// Called on the thread that works.
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

    func warn(_ sentence: String) { report(.warning(sentence)) }
}

/// What happens during a search, a training or a comparison.
public enum ExperimentEvent {
    /// The devices that are used, and whether they were chosen by `auto`.
    case computing(on: [Device], isChosen: Bool)
    /// The work goes into a folder.
    case working(in: String)
    /// Something that the user should know; it may come again.
    case warning(String)
    /// Of a training in this process, the preparation of a search's images included.
    case training(TrainingEvent)
    case trainingEnded
    /// So many proposals, or trained networks, of all, and how many are in training.
    case searching(done: Int, all: Int, running: Int)
    /// What has happened to a trial, and the best until now.
    case trial(Coordinator.Event, best: Trial?)
    case searchEnded
    /// So many test cases are predicted or judged.
    case predicting(done: Int, all: Int)
    case judging(done: Int, all: Int)
    case judgingEnded
    /// A comparison begins with a method on a split, the so manieth of all.
    case comparing(method: String, split: Int, number: Int, all: Int)
    /// So many methods of a forecast are measured.
    case measuring(done: Int, all: Int)
}
