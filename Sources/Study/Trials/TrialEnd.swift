public import SegNASHost
internal import SegNASSearch

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How a trial ended.
public enum TrialEnd: Hashable, Sendable {
    /// Trained to this validation Dice.
    case completed(dice: Double)
    /// As the trial of that number, whose key is the same; its Dice, nil where that ran out of memory.
    case cached(from: Int, dice: Double?)
    /// Why its network cannot be built.
    case illegal(reason: String)
    case outOfMemory(MemoryShortage)
    /// What kept every attempt from a result.
    case failed(reason: String)

    public var state: TrialState {
        switch self {
        case .completed: .completed
        case .cached: .cached
        case .illegal: .illegal
        case .outOfMemory: .outOfMemory
        case .failed: .failed
        }
    }

    /// The validation Dice; nil where there is none.
    public var dice: Double? {
        switch self {
        case .completed(let dice): dice
        case .cached(_, let dice): dice
        case .illegal, .outOfMemory, .failed: nil
        }
    }

    /// f = −ln Dice, with the Dice clipped below at 10⁻⁴; 10 without one (Wong & Moradi, MICCAI 2019, section 2.3).
    public var value: Double { dice.map { -log(max($0, 1e-4)) } ?? worstValue }
}

/// Memory that a trial needs and does not get.
public struct MemoryShortage: Hashable, Codable, Sendable {
    public var kind: Kind
    /// Bytes that it needs, as far as is known.
    public var needed: UInt64
    /// Bytes that it may have.
    public var limit: UInt64

    public enum Kind: String, Codable, Sendable {
        /// Computed, without training.
        case predicted
        /// Training was tried.
        case real
    }

    public init(_ kind: Kind, needed: ByteCount, limit: ByteCount) {
        self.kind = kind
        self.needed = needed.bytes
        self.limit = limit.bytes
    }
}
