import Foundation
import Glibc
import SegNASHost
import SegNASStudy
import TestSupport
import Testing

extension SlurmTests {
    /// Trainings that are no trials: they are jobs, too, and the machine of the search trains nothing.
    @Suite("Final trainings and baselines")
    struct Final {
        /// The weights of a study's best model.
        private func weights(_ scene: SearchScene, _ study: String) throws -> Data {
            let model = StudyFolder(scene.path(study)).bestModel
            return try Data(contentsOf: URL(filePath: model + "/weights.safetensors"))
        }

        /// The log of a job, by the folder of its training.
        private func log(_ path: String) -> [String] {
            let text = try? String(contentsOfFile: path + ".job/log", encoding: .utf8)
            return (text ?? "").split(separator: "\n").map(String.init)
        }

        private func finals(_ scene: SearchScene) -> [String] {
            let final = scene.path("study/final")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: final)) ?? []
            return names.filter { $0.hasSuffix(".job") }.map { "\(final)/\($0.dropLast(4))" }
        }

        @Test("candidates are trained again by jobs at the same time, which outlive the search")
        func candidates() throws {
            try SlurmLab.with { lab in
                try SearchScene.with(iterations: 6) { scene in
                    let more = [
                        "--sampler", "random", "--final-candidates", "2", "--final-epochs", "200",
                    ]
                    let whole = try scene.search("whole", SearchScene.patience + more)
                    try #require(whole.status == 0, "\(whole.errors)")
                    let arguments = scene.slurmArguments("study", jobs: 2, more)
                    let first = try Program.start(arguments)
                    // So many epochs that none is over before the other job has begun.
                    try scene.wait {
                        finals(scene).filter { log($0).last?.hasPrefix("epoch ") == true }.count
                            == 2
                    }
                    let workers = scene.processes(" errand ")
                    for worker in workers { kill(worker, SIGSTOP) }
                    kill(first.processIdentifier, SIGKILL)
                    first.waitUntilExit()
                    for worker in workers { kill(worker, SIGCONT) }
                    let last = try Program.run(arguments)
                    #expect(last.status == 0, "\(last.errors)")
                    #expect(finals(scene).count == 2)
                    for run in finals(scene) {
                        #expect(log(run).count { $0.hasPrefix("start ") } == 1, "\(log(run))")
                        #expect(log(run).last == "published")
                    }
                    #expect(try weights(scene, "study") == weights(scene, "whole"))
                    #expect(try lab.jobs().isEmpty)
                    #expect(scene.processes().isEmpty)
                }
            }
        }

        @Test("folds are trained by a job, which Ctrl-C ends and another resumes; seeds by a third")
        func folds() throws {
            try SlurmLab.with { lab in
                try SearchScene.with(iterations: 4) { scene in
                    let arguments = scene.slurmArguments(
                        "study", jobs: 2,
                        ["--sampler", "random", "--final-folds", "2", "--final-epochs", "40"])
                    let first = try Program.start(arguments)
                    try scene.wait {
                        finals(scene).contains { log($0).last?.hasPrefix("epoch ") == true }
                    }
                    kill(first.processIdentifier, SIGINT)
                    first.waitUntilExit()
                    #expect(first.terminationStatus == 130)
                    #expect(try lab.jobs().isEmpty)
                    let last = try Program.run(arguments)
                    #expect(last.status == 0, "\(last.errors)")
                    #expect(last.output.contains("the mean of 2 folds"), "\(last.output)")
                    let lines = finals(scene).flatMap(log)
                    #expect(lines.count { $0.hasPrefix("start attempt ") } == 2, "\(lines)")
                    let more = try Program.run(arguments + ["--final-seeds", "2"])
                    #expect(more.status == 0, "\(more.errors)")
                    #expect(
                        more.output.contains("the mean of 2 folds with 2 seeds each"),
                        "\(more.output)")
                    #expect(try lab.jobs().isEmpty)
                }
            }
        }

        @Test(
            "the baselines of a comparison are jobs at the same time, also one that cannot be trained"
        )
        func baselines() throws {
            try SlurmLab.with { lab in
                try ComparisonScene.with { scene in
                    let whole = try scene.compare("whole", splits: 1)
                    try #require(whole.status == 0, "\(whole.errors)")
                    let slurm = [
                        "--launcher", "slurm", "--slurm", "cpus-per-task=1", "--jobs", "2",
                    ]
                    // Nothing begins: both are submitted before one has ended.
                    try lab.command("scontrol", "update", "partitionname=main", "state=down")
                    let errors = Drain()
                    let program = try Program.start(
                        scene.arguments("compared", splits: 1, slurm + ["--quiet"]), errors: errors)
                    try scene.search.wait { try lab.jobs("PENDING").count == 2 }
                    try lab.command("scontrol", "update", "partitionname=main", "state=up")
                    program.waitUntilExit()
                    #expect(program.terminationStatus == 0, "\(errors.text)")
                    #expect(try scene.document("compared") == scene.document("whole"))
                    let run = scene.path("compared/split-0/small")
                    #expect(log(run).last == "published", "\(log(run))")
                    #expect(try lab.jobs().isEmpty)
                }
            }
        }
    }
}
