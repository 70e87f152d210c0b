internal import SegNASHost

/// One thing that is wrong, or odd, with a dataset.
public struct DatasetFault: Equatable, Sendable {
    /// Nil for what concerns the whole dataset.
    public var caseIdentifier: String?
    /// The file, as the dataset names it: relative to the dataset's folder where it lies in it.
    public var file: String?
    public var problem: Problem
    /// Whether it is of a kind that the user has allowed, and so but a warning.
    public internal(set) var isAllowed = false

    /// What is wrong: with the layout, the content of images, a case beside the others, or for one training.
    public enum Problem: Equatable, Sendable {
        case layout(LayoutProblem)
        case content(ContentProblem)
        case family(FamilyProblem)
        case training(TrainingProblem)
        /// As an earlier check has found it.
        case known(KnownProblem)
    }

    public enum Severity: String, Codable, Sendable {
        /// Training would be wrong or impossible.
        case fault
        /// Training is possible; a human should look.
        case warning
    }

    init(_ problem: LayoutProblem, file: String? = nil, caseIdentifier: String? = nil) {
        self.caseIdentifier = caseIdentifier
        self.file = file
        self.problem = .layout(problem)
    }

    init(_ problem: ContentProblem, file: String? = nil, caseIdentifier: String? = nil) {
        self.init(.content(problem), file: file, caseIdentifier: caseIdentifier)
    }

    init(_ problem: Problem, file: String? = nil, caseIdentifier: String? = nil) {
        self.caseIdentifier = caseIdentifier
        self.file = file
        self.problem = problem
    }

    public var severity: Severity {
        guard !isAllowed else { return .warning }
        return switch problem {
        case .layout(let problem): problem.severity
        case .content(let problem): problem.severity
        case .family: .warning
        case .training(let problem): problem.severity
        case .known(let problem): problem.severity
        }
    }

    /// What is wrong and what to do about it, without the file's name.
    public var message: String {
        switch problem {
        case .layout(let problem): problem.message
        case .content(let problem): problem.message
        case .family(let problem): problem.message
        case .training(let problem): problem.message
        case .known(let problem): problem.message
        }
    }

    /// Whether it is a remark of an image's reader, which often concerns all files of a dataset.
    var isRemark: Bool {
        if case .content(.remark) = problem { true } else { false }
    }

    /// What faults that are told in one line share: their kind; of formats with many remarks their words.
    var group: String {
        // Also of an earlier check, which keeps the words alone.
        ["dicom", "header"].contains(kind) ? "\(kind): \(message)" : kind
    }

    /// The name of the problem for scripts: that of its case in ``LayoutProblem``, ``ContentProblem`` and so on.
    public var kind: String {
        let text =
            switch problem {
            case .layout(let problem): "\(problem)"
            case .content(.remark(let remark)): "\(remark)"
            case .content(let problem): "\(problem)"
            case .family(let problem): "\(problem)"
            case .training(let problem): "\(problem)"
            case .known(let problem): problem.kind
            }
        return String(text.prefix { $0 != "(" })
    }
}

extension DatasetFault: CustomStringConvertible {
    /// One line: file or case, what is wrong, what to do.
    public var description: String {
        guard let place = file ?? caseIdentifier else { return message }
        return "\(place): \(message)".printable
    }
}
