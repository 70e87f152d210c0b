import Foundation
import Glibc
import SegNASRandomness
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d search with rungs")
struct LadderSearchTests {
    /// A first rung of one epoch of two.
    private static let rungs = ["--rungs", "2", "--first-rung", "1"]

    /// Fails where a stage was trained after it had a result.
    private func expectTrainedOnce(_ scene: SearchScene, _ study: String) throws {
        for (trial, lines) in scene.logs(study) {
            let folder = StudyFolder(scene.path(study)).trial(trial)
            let stages = try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasPrefix("stage-") }
            let published = lines.filter { $0.hasPrefix("published ") }.count
            #expect(published == stages.count, "trial \(trial): \(lines)")
            #expect(!lines.contains("another run was first"), "trial \(trial): \(lines)")
        }
    }

    @Test("killed at random, coordinator and workers, in any stage, again and again")
    func random() throws {
        let count = ProcessInfo.processInfo.environment["SEGNAS3D_KILLS"].flatMap { Int($0) } ?? 8
        try SearchScene.with(iterations: max(24, count)) { scene in
            let options = Self.rungs + SearchScene.patience
            let whole = try scene.search("whole", options)
            #expect(whole.status == 0, "\(whole.errors)")
            var generator = SeededGenerator(seed: UInt64(count))
            var hits = 0
            for _ in 0..<count {
                let process = try Program.start(scene.arguments("study", options))
                usleep(UInt32(generator.index(below: 1_500_000)))
                hits += process.isRunning ? 1 : 0
                let kind = generator.index(below: 3)
                if kind != 1 { kill(process.processIdentifier, SIGKILL) }
                if kind != 0 { for worker in scene.workers() { kill(worker, SIGKILL) } }
                if kind == 1 {
                    usleep(UInt32(generator.index(below: 500_000)))
                    kill(process.processIdentifier, SIGKILL)
                }
                process.waitUntilExit()
            }
            print("\(hits) of \(count) kills hit a search at work")
            #expect(hits > count / 2)
            let last = try scene.search("study", options)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try scene.summary("study") == scene.summary("whole"))
            try expectTrainedOnce(scene, "study")
            #expect(scene.processes().isEmpty)
            let trials = try scene.trials("study")
            #expect(trials.contains { $0.state == .completed })
            #expect(trials.contains { $0.state == .stopped })
        }
    }

    @Test("a budget in epochs, what status and report say, and more of it")
    func epochs() throws {
        try SearchScene.with { scene in
            var arguments = scene.arguments("study", Self.rungs + ["--effective-epochs", "14"])
            let iterations = try #require(arguments.firstIndex(of: "--iterations"))
            arguments.removeSubrange(iterations...iterations + 1)
            let search = try Program.run(arguments)
            #expect(search.status == 0, "\(search.errors)")
            #expect(search.errors.contains(" so far\n"), "\(search.errors)")
            #expect(
                search.output.contains("of 14 epochs trained; search complete"), "\(search.output)")
            #expect(search.output.contains(" stopped"), "\(search.output)")
            let status = try Program.run("status", scene.path("study"), "--json")
            #expect(status.output.contains("\"effectiveEpochs\" : 14"), "\(status.output)")
            #expect(status.output.contains("\"stopped\" : "))
            let report = try Program.run("report", scene.path("study"))
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(
                contentsOfFile: scene.path("study") + "/report.html", encoding: .utf8)
            #expect(page.contains("<th scope=\"row\" role=\"rowheader\">stopped</th>"))
            // The same command is complete, another rung is refused, and more epochs go on.
            #expect(try Program.run(arguments).status == 0)
            let other = try Program.run("search", "--output", scene.path("study"), "--rungs", "1")
            #expect(other.status == 2 && other.errors.contains("--rungs: "), "\(other.errors)")
            let more = try Program.run(
                "search", "--output", scene.path("study"), "--effective-epochs", "24", "--cache",
                scene.path("cache"), "--threads", "1")
            #expect(more.status == 0, "\(more.errors)")
            #expect(more.output.contains("of 24 epochs trained"), "\(more.output)")
        }
    }

    @Test(
        "mistakes are told in a sentence",
        arguments: [
            (["--rungs", "3"], "--rungs must be 1 or 2, and 3 is given"),
            (["--first-rung", "1"], "--first-rung goes with two rungs"),
            (
                ["--rungs", "2", "--first-rung", "2"],
                "--first-rung must be from 1 to half of the 2"
            ),
            (["--effective-epochs", "9"], "--effective-epochs excludes --iterations"),
        ])
    func mistakes(_ more: [String], _ sentence: String) throws {
        try SearchScene.with { scene in
            let program = try scene.search("study", more)
            #expect(program.status != 0 && program.errors.contains(sentence), "\(program.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
        }
    }

    @Test("where a third is too short, all go on to the end, and the command says so")
    func short() throws {
        try SearchScene.with(iterations: 2) { scene in
            let program = try scene.search("study", ["--rungs", "2"])
            #expect(program.status == 0, "\(program.errors)")
            #expect(
                program.errors.contains("all networks are trained to the end: a third of the 2"),
                "\(program.errors)")
            #expect(try StudyPlan(in: StudyFolder(scene.path("study"))).rungs == [2])
        }
    }
}
