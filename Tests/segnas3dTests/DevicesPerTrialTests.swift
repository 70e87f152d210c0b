import Foundation
import Glibc
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@Suite("Trainings divided among devices")
struct DevicesPerTrialTests {
    private struct Status: Decodable {
        var devicesPerTrial: Int?
        var iterations: Int
    }

    private struct Place: Decodable, Equatable {
        var devices: [String]
        var threads: Int
    }

    @Test("a search gives each worker its devices, records how many, and resumes with as many")
    func search() throws {
        try SearchScene.with(iterations: 4) { scene in
            let more = ["--device", "cpu,cpu,cpu,cpu", "--devices-per-trial", "2", "--quiet"]
            let program = try scene.search("study", more + ["--final-epochs", "2"])
            #expect(program.status == 0, "\(program.errors)")
            // Two workers, one on each pair of devices.
            let slots = try Set(attempts(scene).map(\.slot))
            #expect(slots == ["cpu,cpu/0"] || slots == ["cpu,cpu/0", "cpu,cpu/1"], "\(slots)")
            let plan = try String(contentsOfFile: scene.path("study/plan.json"), encoding: .utf8)
            #expect(plan.contains("\"devicesPerTrial\""))
            let status = try JSONDecoder().decode(
                Status.self,
                from: Data(try Program.run("status", scene.path("study"), "--json").output.utf8))
            #expect(status.devicesPerTrial == 2 && status.iterations == 4)
            let text = try Program.run("status", scene.path("study")).output
            #expect(text.contains("\neach network is trained on 2 devices\n"), "\(text)")
            // The final training too.
            let final = try FileManager.default.contentsOfDirectory(
                atPath: scene.path("study/final"))
            let run = try String(
                contentsOfFile: scene.path("study/final/\(try #require(final.first))/plan.json"),
                encoding: .utf8)
            #expect(run.contains("\"devices\" : 2") || run.contains("\"devices\": 2"), "\(run)")
            // Goes on from its plan alone.
            let on = try Program.run(
                "search", "--output", scene.path("study"), "--iterations", "5", "--quiet")
            #expect(on.status == 0, "\(on.errors)")
            let other = try scene.search(
                "study", iterations: 5, ["--device", "cpu", "--devices-per-trial", "1", "--quiet"])
            #expect(other.status == 2)
            #expect(other.errors.contains("--devices-per-trial"), "\(other.errors)")
        }
    }

    private func attempts(_ scene: SearchScene) throws -> [Attempt] {
        let ledger = try StudyLedger(opening: scene.path("study"))
        return try (0..<ledger.sampler.askCount).flatMap { try ledger.attempts(of: $0) }
    }

    @Test(
        "what cannot be divided is refused in a sentence before anything is written",
        arguments: [
            (
                ["--devices-per-trial", "2"],
                "1 device (cpu) cannot be divided into groups of --devices-per-trial 2: give --device with as many, "
                    + "such as cuda:0,1, or fewer --devices-per-trial"
            ),
            (
                ["--device", "cpu,cpu,cpu", "--devices-per-trial", "2"],
                "3 devices (cpu,cpu,cpu) cannot be divided into groups of --devices-per-trial 2: give --device with 2 "
                    + "of them"
            ),
            (
                ["--device", "cpu,cpu,cpu,cpu", "--devices-per-trial", "4"],
                "a batch of 3 images cannot be divided among 4 devices: give fewer devices, or a --batch of at least 4"
            ),
            (
                ["--devices-per-trial", "0"],
                "--devices-per-trial must be at least 1, and 0 is given"
            ),
        ])
    func refused(_ options: [String], _ sentence: String) throws {
        try SearchScene.with { scene in
            let program = try scene.search("study", options + ["--quiet"])
            #expect(program.status == 2)
            #expect(program.errors.contains(sentence), "\(program.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study/plan.json")))
        }
    }

    @Test(
        "a training is divided among the devices that are named, with its norm synchronized or not")
    func train() throws {
        try SearchScene.with { scene in
            func train(_ run: String, _ more: String...) throws -> Program {
                try Program.run(training(scene, run, more))
            }
            let divided = try train("run", "--device", "cpu,cpu,cpu", "--sync-norm")
            #expect(divided.status == 0, "\(divided.errors)")
            let whole = try train("whole", "--device", "cpu", "--sync-norm")
            let losses = try [scene.path("run"), scene.path("whole")].map { try loss($0) }
            #expect(abs(losses[0] - losses[1]) < 1e-5 * losses[1] && whole.status == 0)
            let apart = try train("apart", "--device", "cpu,cpu,cpu")
            #expect(apart.status == 0, "\(apart.errors)")
            #expect(abs(try loss(scene.path("apart")) - losses[1]) > 1e-4 * losses[1])
            let resumed = try train("apart", "--device", "cpu,cpu")
            #expect(resumed.status == 2)
            #expect(
                resumed.errors.contains("the number of devices was 3, and is now 2"),
                "\(resumed.errors)")
            let text = try Program.run("status", scene.path("apart")).output
            #expect(
                text.contains("\ntrained on 3 devices (cpu, cpu, cpu) with 1 thread\n"), "\(text)")
            let alonePlace = try JSONDecoder().decode(
                Place.self,
                from: Data(try Program.run("status", scene.path("whole"), "--json").output.utf8))
            #expect(alonePlace == Place(devices: ["cpu"], threads: 1))
            let alone = try Program.run("train", "--output", scene.path("apart"), "--quiet")
            #expect(alone.status == 0, "\(alone.errors)")
        }
    }

    @Test("status tells on what a run is trained now, wherever it was begun")
    func place() throws {
        try SearchScene.with { scene in
            let run = scene.path("run")
            let begun = try Program.start(
                training(scene, "run", ["--epochs", "40", "--device", "cpu,cpu", "--sync-norm"]))
            try scene.wait { try !Program.run("status", run).output.contains(": 0 of 40 epochs") }
            kill(begun.processIdentifier, SIGKILL)
            begun.waitUntilExit()
            let last = try Program.run(
                training(
                    scene, "run",
                    ["--epochs", "40", "--device", "cpu", "--sync-norm", "--threads", "2"]))
            #expect(last.status == 0, "\(last.errors)")
            let text = try Program.run("status", run).output
            #expect(text.contains("\ntrained on cpu with 2 threads\n"), "\(text)")
        }
    }

    /// The arguments of a training of a small network; of an option that is given twice the last counts.
    private func training(_ scene: SearchScene, _ run: String, _ more: [String]) throws -> [String]
    {
        let network = #"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#
        try Data(network.utf8).write(to: URL(filePath: scene.path("net.json")))
        return [
            "train", scene.path("data"), "--network", scene.path("net.json"), "--size", "16",
            "--epochs", "1", "--output", scene.path(run), "--cache", scene.path("cache"),
            "--threads", "1", "--precision", "float32", "--quiet",
        ] + more
    }

    private func loss(_ run: String) throws -> Double {
        struct Line: Decodable { var loss: Double }
        let line = try String(contentsOfFile: "\(run)/log.jsonl", encoding: .utf8)
        return try JSONDecoder().decode(Line.self, from: Data(line.utf8)).loss
    }

    @Test("a device's part that does not fit ends a trial as out of memory, not the search")
    func outOfMemory() throws {
        try SearchScene.with(iterations: 6) { scene in
            let program = try scene.search(
                "study",
                [
                    "--device", "cpu,cpu", "--devices-per-trial", "2", "--memory-limit", "256KiB",
                    "--quiet",
                ])
            let states = try scene.trials("study").map(\.state)
            #expect(program.status != 130 && states.count == 6, "\(program.errors)")
            #expect(states.contains(.outOfMemory) && !states.contains(.failed))
        }
    }
}
