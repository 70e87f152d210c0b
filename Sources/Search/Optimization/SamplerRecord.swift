/// The record of a search: its proposals in the order of asking, and their values in the order of reporting.
public struct SamplerRecord: Sendable {
    public var proposals: [Proposal]
    public var values: [(number: Int, value: Double)]

    public init(proposals: [Proposal], values: [(number: Int, value: Double)]) {
        self.proposals = proposals
        self.values = values
    }
}

/// A record that this sampler did not make: of another version, of another plan, or damaged.
public struct ReplayMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// The number of the first proposal that differs.
    public let number: Int

    public init(number: Int) {
        self.number = number
    }

    public var description: String {
        """
        proposal \(number) of the record is not what this program proposes: continue with the version of segnas3d that \
        began the search
        """
    }
}

extension Sampler {
    /// Brings a fresh sampler to the state in which a record ends.
    ///
    /// Every proposal is made again or examined, so that a record that does not belong to the sampler is found.
    public mutating func replay(_ record: SamplerRecord) throws(ReplayMismatch) {
        precondition(askCount == 0, "a record is replayed on a fresh sampler")
        var proposals = record.proposals.makeIterator()
        var next = proposals.next()
        for reported in 0...record.values.count {
            while let expected = next, expected.tellsSeen <= reported {
                try absorb(expected)
                next = proposals.next()
            }
            guard reported < record.values.count else { break }
            let (number, value) = record.values[reported]
            guard inFlight[number] != nil else { throw ReplayMismatch(number: number) }
            tell(value, of: number)
        }
        if let left = next { throw ReplayMismatch(number: left.number) }
    }

    /// Makes the proposal again, which must be the same to the bit.
    public mutating func absorb(_ proposal: Proposal) throws(ReplayMismatch) {
        guard ask() == proposal else { throw ReplayMismatch(number: proposal.number) }
    }
}
