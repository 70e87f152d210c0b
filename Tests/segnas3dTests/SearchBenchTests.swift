import Foundation
import Glibc
import SegNASSearch
import TestSupport
import Testing

@testable import segnas3d

@Suite("bench search")
struct SearchBenchTests {
    private struct Row: Decodable {
        var workload: String
        var scenario: String
        var sampler: String
        var landscapes: Int
        var workers: Int
        var reference: Reference
        var byEpochs: [Cell?]
        var byOperations: [Cell?]

        struct Reference: Decodable {
            var regret: Double
            var standardError: Double?
            var trainings: Double
        }

        struct Cell: Decodable {
            var trainings: Int?
            var share: Double?
            var difference: Double
            var standardError: Double?
            var networks: Double
        }
    }

    private static let few = [
        "bench", "search", "--landscapes", "2", "--scenario", "easy", "--threads", "1",
    ]

    private func rows(_ program: Program) throws -> [Row] {
        try program.output.split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
    }

    @Test("a row of JSON for each sampler, the same again, with several trainings at a time too")
    func json() throws {
        let fast = ["crs", "random", "evolution", "tpe"]
        let arguments = Self.few + ["--json"] + fast.flatMap { ["--sampler", $0] }
        let program = try Program.run(arguments)
        #expect(program.status == 0, "\(program.errors)")
        let rows = try rows(program)
        #expect(rows.map(\.sampler) == fast)
        for row in rows {
            #expect(row.workload == "search" && row.scenario == "easy" && row.workers == 1)
            #expect(row.landscapes == 2 && row.reference.trainings > 150)
            #expect(row.byEpochs.map { $0?.trainings } == [14, 20, 30, 46, 70, nil])
            #expect(row.byOperations.map { $0?.share } == [0.05, 0.1, 0.2, 0.35, 0.5, 1])
            #expect(row.byEpochs[1]?.networks == 20 && row.byEpochs[1]?.standardError != nil)
        }
        #expect(rows[0].byEpochs[5]?.difference == 0)
        #expect(try Program.run(arguments).output == program.output)
        let four = try Program.run(
            Self.few + [
                "--json", "--workers", "4", "--sampler", "random", "--trainings", "20",
            ])
        #expect(try self.rows(four).map(\.workers) == [4])
        #expect(
            try self.rows(four)[0].byEpochs.map { $0?.trainings } == [14, 20, nil, nil, nil, nil])
    }

    @Test("tables for people")
    func text() throws {
        let program = try Program.run(Self.few + ["--sampler", "tpe", "--sampler", "crs"])
        #expect(program.status == 0)
        let lines = program.output.split(separator: "\n").map(String.init)
        #expect(lines[0] == "easy: 2 landscapes, 1 training at a time")
        #expect(lines[1].hasPrefix("The reference, crs with 300 iterations, ends after "))
        #expect(lines[3].hasPrefix("trainings' worth of epochs  "))
        #expect(lines[4].hasPrefix("tpe  ") && lines[5].hasPrefix("crs  "))
        #expect(lines[5].hasSuffix("+0.0 ± 0.0"))
        #expect(lines[6].hasPrefix("operations of the reference  ") && lines.count == 9)
    }

    @Test("a table of real curves")
    func curves() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "curves.csv")
            let dice = (1...6).map { "0.\($0)" }.joined(separator: ",")
            let rows = (8...20).map { n in
                #""{""n"":\#(n),""p"":2,""sup"":0,""res"":0,""nodes"":2,""ops"":[2]}","#
                    + "\(n)000,\(n)e6,1,\(dice)\(n)"
            }
            let header = "architecture,parameters,multiply_adds,seed,1,2,3,4,5,6"
            try Data(([header] + rows + [""]).joined(separator: "\n").utf8).write(to: file)
            let program = try Program.run(
                "bench", "search", "--curves", file.path, "--landscapes", "3", "--json")
            #expect(program.status == 0, "\(program.errors)")
            let results = try self.rows(program)
            #expect(results.map(\.scenario) == Contender.usual.map { _ in "curves" })
            // Every search finds the best of 13 networks whose curves have no noise.
            #expect(results.allSatisfy { $0.reference.regret == 0 })
            // A model delivers what it expects most of, and does not know that there is no noise; with rungs only one
            // of three is trained to the end.
            for result in results
            where result.sampler != "model" && !result.sampler.hasSuffix("+rungs") {
                #expect(result.byEpochs[5]?.difference == 0, "\(result.sampler)")
            }
            // A model knows the table's networks, and has begun all of them within the smallest budget.
            for result in results where result.sampler.hasPrefix("model") {
                #expect(result.byEpochs[0]?.networks == 13, "\(result.sampler)")
            }
            try Data(([header] + [rows[0], "x"] + [""]).joined(separator: "\n").utf8)
                .write(to: file)
            let broken = try Program.run("bench", "search", "--curves", file.path)
            #expect(broken.status == 1 && broken.output.isEmpty)
            #expect(
                broken.errors
                    == "Error: \(file.path), line 3: there are 1 values, and the header has 10 columns\n"
            )
        }
    }

    @Test(
        "misuse is told in a sentence",
        arguments: [
            (
                ["--scenario", "soft"],
                "'soft' is no scenario of the benchmark: there are hard, easy, plateau"
            ),
            (["--sampler", "magic"], "The value 'magic' is invalid for '--sampler <name>'."),
            (["--landscapes", "0"], "--landscapes must be at least 1, and 0 is given"),
            (
                ["--trainings", "0"],
                "--trainings must be at least 1 and at most 1000000, and 0 is given"
            ),
            (["--workers", "0"], "--workers must be at least 1, and 0 is given"),
            (
                ["--curves", "a.csv", "--scenario", "easy"],
                "--curves takes the place of --scenario: give one of them"
            ),
        ])
    func misuse(_ arguments: [String], _ sentence: String) throws {
        let program = try Program.run(["bench", "search"] + arguments)
        #expect(program.status == 2 && program.output.isEmpty)
        #expect(program.errors.hasPrefix("Error: \(sentence)"), "\(program.errors)")
    }

    @Test("Ctrl-C ends it with 130")
    func interrupted() throws {
        let errors = Drain()
        let process = try Program.start(
            ["bench", "search", "--landscapes", "100000", "--threads", "1"], errors: errors)
        usleep(2_000_000)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(errors.text.contains("interrupted: hard was not finished"))
    }
}
