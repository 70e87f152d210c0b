internal import SegNASStudy

extension TrialState {
    /// As readers of a report are told.
    var words: String {
        switch self {
        case .queued: "waiting"
        case .running: "in training"
        case .completed: "trained"
        case .cached: "trained before"
        case .illegal: "illegal"
        case .outOfMemory: "out of memory"
        case .failed: "failed"
        }
    }
}
