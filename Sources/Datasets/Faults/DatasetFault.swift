internal import SegNASHost

/// A fault or an oddity of a dataset.
public struct DatasetFault: Equatable, Sendable {
    /// The case; nil for a fault of the whole dataset.
    public var caseIdentifier: String?
    /// The file, as the dataset names it: relative to the dataset's folder where it lies in it.
    public var file: String?
    public var problem: Problem
    /// True if the user has allowed faults of its kind, so that it is only a warning.
    public internal(set) var isAllowed = false

    /// The problem: of the layout, the content of images, a case beside the others, or one training.
    public enum Problem: Equatable, Sendable {
        case layout(LayoutProblem)
        case content(ContentProblem)
        case outlier(OutlierProblem)
        case training(TrainingProblem)
        /// A problem that an earlier check has found.
        case cached(CachedProblem)
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
        case .outlier: .warning
        case .training(let problem): problem.severity
        case .cached(let problem): problem.severity
        }
    }

    /// The problem and its remedy, without the file's name.
    public var message: String {
        switch problem {
        case .layout(let problem): problem.message
        case .content(let problem): problem.message
        case .outlier(let problem): problem.message
        case .training(let problem): problem.message
        case .cached(let problem): problem.message
        }
    }

    /// True for a remark of an image's reader, which often concerns all files of a dataset.
    var isRemark: Bool {
        if case .content(.remark) = problem { true } else { false }
    }

    /// The key of faults that share one line: their kind, or for formats with many remarks their words.
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
            case .outlier(let problem): "\(problem)"
            case .training(let problem): "\(problem)"
            case .cached(let problem): problem.kind
            }
        return String(text.prefix { $0 != "(" })
    }
}

extension DatasetFault: CustomStringConvertible {
    /// The file or case, the problem and its remedy, in one line.
    public var description: String {
        guard let place = file ?? caseIdentifier else { return message }
        return "\(place): \(message)".printable
    }
}

/// A problem that an earlier check has found in files that have not changed since, in its words.
public struct CachedProblem: Codable, Equatable, Sendable {
    public var kind: String
    public var severity: DatasetFault.Severity
    public var message: String
}

/// Kinds of faults that a user can allow in training, by their names for scripts.
///
/// All other faults make training impossible, or leave it nothing to learn.
public enum AllowableFault: String, CaseIterable, Codable, Sendable {
    case constant
    case duplicate
    case labelInNoCase
    case labelLost
    case noValidationLabels
    // Faults of the layout: the cases that are whole are used.
    case caseCount
    case imageMissing
    case labelMissing
}

extension DatasetFault {
    /// The kind by which the fault can be allowed; nil if it cannot be.
    public var allowable: AllowableFault? {
        severity == .fault ? AllowableFault(rawValue: kind) : nil
    }
}

extension [DatasetFault] {
    /// The same faults, with those of some kinds as warnings.
    public func allowing(_ kinds: Set<AllowableFault>) -> [DatasetFault] {
        map { fault in
            var fault = fault
            fault.isAllowed = fault.allowable.map(kinds.contains) ?? fault.isAllowed
            return fault
        }
    }

    /// The faults that stop training.
    var stopping: [DatasetFault] { filter { $0.severity == .fault } }

    /// Options that would let training go on, or why none would; nil if nothing stops it.
    public var allowance: String? {
        let stopping = stopping
        let kinds = AllowableFault.allCases.filter { kind in
            stopping.contains { $0.allowable == kind }
        }
        guard !kinds.isEmpty else { return nil }
        let options = kinds.map { "`allowed` \($0.rawValue)" }.joined(separator: " ")
        return stopping.allSatisfy { $0.allowable != nil }
            ? "To go on knowingly: \(options)"
            : "\(options) is possible when the other faults are fixed: training is impossible with these"
    }
}
