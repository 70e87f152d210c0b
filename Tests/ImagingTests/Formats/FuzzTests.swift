import Foundation
import TestSupport
import Testing

@testable import FuzzImages

@Suite("Mutants of image files")
struct FuzzTests {
    @Test("Spoilt files are read or refused, and most get past the magic number")
    func mutants() throws {
        try withTemporaryFolder { folder in
            let fuzzer = try Fuzzer(seeds: Seed.generated(), seed: 1, folder: folder)
            var tally = FuzzTally()
            for number in 0..<2000 { try fuzzer.run(number, &tally) }
            #expect(tally.count == 2000)
            #expect(tally.recognised > 0.5)
            // Neither all nor none: then nothing would be tested.
            #expect((100...1900).contains(tally.whole))
            #expect(tally.greedy.isEmpty)
            #expect(tally.longest.seconds < 5)
        }
    }

    @Test("A mutant is the same whenever it is made")
    func reproducible() throws {
        try withTemporaryFolder { folder in
            let seeds = try Seed.generated()
            let contents = try ["a", "b"].map { name in
                let work = folder.appending(path: name)
                let fuzzer = try Fuzzer(seeds: seeds, seed: 7, folder: work)
                var tally = FuzzTally()
                if name == "b" { try fuzzer.run(5, &tally) }
                try fuzzer.run(6, &tally)
                return try FileManager.default.subpathsOfDirectory(atPath: work.path).sorted()
                    .filter { name == "a" || !$0.hasPrefix("copy") }
                    .map { try? Data(contentsOf: work.appending(path: $0)) }
            }
            #expect(Set(contents[0].compactMap { $0 }).isSubset(of: contents[1].compactMap { $0 }))
        }
    }
}
