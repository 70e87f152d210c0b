public import SegNASHost

/// Why a dataset cannot be planned for.
public enum PlanError: Error, Equatable, Sendable {
    /// No case could be read, or the fingerprint is of a version that did not keep the cases' grids.
    case noGrids
    /// Not even the smallest patch can be trained within the limit; `needed` is what the last one that was tried takes.
    case tooLittleMemory(needed: ByteCount, limit: ByteCount)
}

extension PlanError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noGrids:
            "the sizes and spacings of the cases are not known: check the dataset again"
        case .tooLittleMemory(let needed, let limit):
            "a training step on the smallest patch needs \(needed), and \(limit) are allowed: "
                + "allow more with `memoryLimit`"
        }
    }
}
