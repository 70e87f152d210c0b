/// Kinds of faults with which a training may go on knowingly, by their names for scripts.
///
/// All other faults make training impossible, or leave it nothing to learn.
public enum AllowableFault: String, CaseIterable, Codable, Sendable {
    case constant
    case duplicate
    case labelInNoCase
    case labelLost
    case noValidationLabels
    // Of the layout: the cases that are whole are used.
    case caseCount
    case imageMissing
    case labelMissing
}

extension DatasetFault {
    /// The kind by which the fault can be allowed; nil where it cannot be.
    public var allowable: AllowableFault? {
        severity == .fault ? AllowableFault(rawValue: kind) : nil
    }
}

extension [DatasetFault] {
    /// The same faults, of which those of some kinds are warnings.
    public func allowing(_ kinds: Set<AllowableFault>) -> [DatasetFault] {
        map { fault in
            var fault = fault
            fault.isAllowed = fault.allowable.map(kinds.contains) ?? fault.isAllowed
            return fault
        }
    }

    /// Those that stop training.
    var stopping: [DatasetFault] { filter { $0.severity == .fault } }

    /// Options that would let training go on, or why none would; nil where nothing stops it.
    public var allowance: String? {
        let stopping = stopping
        let kinds = AllowableFault.allCases.filter { kind in
            stopping.contains { $0.allowable == kind }
        }
        guard !kinds.isEmpty else { return nil }
        let options = kinds.map { "`allowed` \($0.rawValue)" }.joined(separator: " ")
        return stopping.allSatisfy { $0.allowable != nil }
            ? "To go on knowingly: \(options)"
            : "\(options) is possible when the other faults are mended: training is impossible with these"
    }
}
