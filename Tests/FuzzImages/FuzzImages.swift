import ArgumentParser
import Foundation
import Glibc
import SegNASHost
import SegNASImaging

/// Reads image files that no program wrote.
@main
struct FuzzImages: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read spoilt image files.", subcommands: [Mutants.self, Describe.self],
        defaultSubcommand: Mutants.self)
}

/// Reads spoilt image files until something breaks.
struct Mutants: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read mutants of image files, and fail if one crashes or asks for absurd memory.",
        discussion: """
            The number of the mutant that is being read stands in a file `current` of the work folder, and \
            after a crash `--first NUMBER --count 1` makes it again.
            """)

    @Option(help: "Another seed makes other mutants.")
    var seed: UInt64 = 1

    @Option(help: "The number of the first mutant.")
    var first = 0

    @Option(help: "Mutants to read.")
    var count = 200_000

    @Option(help: "Where mutants are written.")
    var work = FileManager.default.temporaryDirectory.appending(path: "segnas3d-fuzz").path

    @Flag(help: "Set no limit to memory: for a sanitizer, which reserves much of it.")
    var unlimited = false

    @Argument(help: "Folders of image files to make mutants of, besides those that are made here.")
    var folders: [String] = []

    func run() throws {
        var seeds = try Seed.generated()
        for folder in folders { seeds += try Seed.files(of: URL(filePath: folder)) }
        let threads = HostResources.current().cores
        let fuzzers = try (0..<threads).map { thread in
            try Fuzzer(
                seeds: seeds, seed: seed, folder: URL(filePath: work).appending(path: "\(thread)"))
        }
        print("\(seeds.count) files, mutants \(first) to \(first + count - 1) of seed \(seed)")
        if !unlimited {
            // Enough for what small files may hold on each thread, the allocator's reserves and a little.
            let limit = try MemoryLimit.allow(ByteCount(threads * (256 << 20) + (256 << 20)))
            print("memory limited to \(limit)")
        }
        fflush(nil)
        let tallies = concurrentMap(threads, threads: threads) { thread in
            Result {
                var tally = FuzzTally()
                for number in stride(from: first + thread, to: first + count, by: threads) {
                    try fuzzers[thread].run(number, &tally)
                }
                return tally
            }
        }
        let tally = try tallies.reduce(into: FuzzTally()) { $0.add(try $1.get()) }
        print(tally)
        guard tally.greedy.isEmpty else {
            print("more memory was asked than the limit for the mutants \(tally.greedy)")
            throw ExitCode.failure
        }
    }
}

/// Reads whole files and prints what they hold, for `Headers/compare.py`, which compares it with what others read.
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Print a line of JSON for each small image file that a line of standard input names.")

    func run() throws {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        while let path = readLine() {
            print(String(decoding: try encoder.encode(Description(path)), as: UTF8.self))
        }
    }
}

/// The content of a file, or the reason why it cannot be read.
private struct Description: Encodable {
    var shape: [Int]?
    var affine: [[Double]]?
    /// Scaled values, the first axis fastest.
    var values: [Double]?
    var remarks: [String] = []
    var fault: String?

    init(_ path: String) {
        do throws(ImageError) {
            let image = try ImageFile(contentsOf: path)
            let volume = image.volume
            shape = volume.shape
            affine = volume.affine.rows
            values = [Double](unsafeUninitializedCapacity: volume.samples.count) { buffer, count in
                count = volume.samples.count
                if let start = buffer.baseAddress {
                    volume.samples.copyDoubles(0..<count, to: start)
                }
            }.map { $0 * volume.scaling.slope + volume.scaling.intercept }
            remarks = image.remarks.map(\.message)
        } catch {
            fault = error.fault.description
        }
    }
}

/// A limit to the memory of this process, so that an absurd request fails instead of succeeding unseen.
enum MemoryLimit {
    /// Allows so much more than is in use, and returns the whole.
    static func allow(_ more: ByteCount) throws -> ByteCount {
        let status = try readText(at: "/proc/self/statm")
        let pages = status.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        let whole = pages * UInt64(sysconf(Int32(_SC_PAGESIZE))) + more.bytes
        var limit = rlimit(rlim_cur: rlim_t(whole), rlim_max: rlim_t(whole))
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw SystemFailure.last
        }
        return ByteCount(whole)
    }
}
