import SegNASImaging

/// What became of mutants.
struct FuzzTally: Sendable {
    var whole = 0
    /// Mutants by the first words of the fault.
    var refused: [String: Int] = [:]
    /// Mutants that are no longer taken for an image: their fault is found before a header is read.
    var unrecognised = 0
    /// Mutants for which more memory was asked than the process may have.
    var greedy: [Int] = []
    var longest: (seconds: Double, mutant: Int) = (0, 0)

    var count: Int { whole + refused.values.reduce(0, +) }

    /// The part that gets past magic numbers and checksums.
    var recognised: Double { 1 - Double(unrecognised) / Double(max(count, 1)) }

    mutating func add(_ fault: ImageFault, of mutant: Int) {
        // Without what differs from file to file.
        let words = "\(fault)".split { " :,".contains($0) }.prefix(4)
            .filter { $0.utf8.allSatisfy { ("a"..."z").contains(Character(Unicode.Scalar($0))) } }
            .joined(separator: " ")
        refused[words, default: 0] += 1
        switch fault {
        case .unknownFormat, .standIn, .gzipDamaged, .gzipSurplus, .empty, .compressed:
            unrecognised += 1
        case .outOfMemory: greedy.append(mutant)
        default: break
        }
    }

    mutating func add(_ other: FuzzTally) {
        whole += other.whole
        refused.merge(other.refused, uniquingKeysWith: +)
        unrecognised += other.unrecognised
        greedy += other.greedy
        longest = longest.seconds < other.longest.seconds ? other.longest : longest
    }
}

extension FuzzTally: CustomStringConvertible {
    var description: String {
        let faults = refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "  \($0.value) \($0.key)" }
        let share = (recognised * 1000).rounded() / 10
        return
            ([
                "\(count) mutants: \(whole) read whole, \(count - whole) refused; "
                    + "\(share) % pass the magic number and the checksum",
                "longest: \(longest.seconds) s, mutant \(longest.mutant)",
            ] + faults).joined(separator: "\n")
    }
}
