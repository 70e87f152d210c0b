import Foundation
import SegNASImaging
import SegNASRandomness

/// Reads mutants and counts what becomes of them; a crash ends the process.
///
/// Mutant number i depends on the seed and i alone, so that each can be made again by itself.
struct Fuzzer {
    let mutator: Mutator
    let seed: UInt64
    /// The folders of mutants, each written in place of the one before; the last one is what killed the process.
    private let folders: [URL]
    /// A file that holds the number of the mutant being read.
    private let current: URL

    init(seeds: [Seed], seed: UInt64, folder: URL) throws {
        mutator = Mutator(seeds: seeds)
        self.seed = seed
        current = folder.appending(path: "current")
        folders = seeds.indices.map { folder.appending(path: "\($0)") }
        for (seed, folder) in zip(seeds, folders) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, bytes) in seed.partners {
                try Data(bytes).write(to: folder.appending(path: name))
            }
        }
    }

    /// Makes a mutant, reads it, and counts the result.
    func run(_ number: Int, _ tally: inout FuzzTally) throws {
        try Data("\(number)\n".utf8).write(to: current)
        // Numbers that follow each other begin sequences that have nothing in common.
        var generator = SeededGenerator(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        let index = Int.random(in: 0..<mutator.seeds.count, using: &generator)
        let file = folders[index].appending(path: mutator.seeds[index].name)
        let mutant = mutator.mutant(of: mutator.seeds[index], using: &generator)
        try Data(mutant).write(to: file)
        let start = ContinuousClock.now
        do throws(ImageError) {
            let volume = try Volume(contentsOf: file.path)
            try use(volume, beside: file, isWritten: number % 64 == 0)
            tally.whole += 1
        } catch {
            tally.add(error.fault, of: number)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if seconds > tally.longest.seconds { tally.longest = (seconds, number) }
    }

    /// Traps unless all that users of a volume rely on holds.
    private func use(
        _ volume: Volume, beside file: URL, isWritten: Bool
    ) throws(ImageError) {
        let statistics = VolumeStatistics(volume)
        precondition(
            statistics.finite + statistics.nan + statistics.infinite == volume.samples.count)
        _ = Orientation(volume.affine)
        precondition(volume.geometry.voxelCount * volume.channels == volume.samples.count)
        guard isWritten else { return }
        let copy = file.deletingLastPathComponent().appending(path: "copy.nii.gz").path
        try volume.write(to: copy, replacing: true)
        let back = try Volume(contentsOf: copy)
        precondition(back.shape == volume.shape && back.samples.type == volume.samples.type)
    }
}

/// The results of mutants.
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
