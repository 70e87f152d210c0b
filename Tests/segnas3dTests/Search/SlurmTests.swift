import Foundation
import Glibc
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

/// Searches whose trainings are jobs of a real Slurm.
@Suite(
    "Slurm", .serialized, .enabled(if: SlurmLab.isAvailable, SlurmLab.absence),
    .timeLimit(.minutes(20)))
struct SlurmTests {
    @Test("four jobs at a time give the same networks and results as four workers of this machine")
    func same() throws {
        try SlurmLab.with { lab in
            try SearchScene.with { scene in
                // Drawn at random: proposals do not depend on the order of results.
                let random = ["--sampler", "random"]
                let local = try scene.search(
                    "local", SearchScene.patience + random + ["--workers", "4"])
                try #require(local.status == 0, "\(local.errors)")
                let slurm = try Program.run(scene.slurmArguments("slurm", jobs: 4, random))
                try #require(slurm.status == 0, "\(slurm.errors)")
                #expect(try scene.results("slurm") == scene.results("local"))
                try scene.expectTrainedOnce("slurm")
                // Controlled random search depends on it: opening the study proposes all again in the order in which
                // results were told, and refuses a record that differs.
                let killed = try Program.start(scene.slurmArguments("crs", jobs: 4))
                try scene.wait {
                    scene.logs("crs").values.joined().contains { $0.hasPrefix("published ") }
                }
                kill(killed.processIdentifier, SIGKILL)
                killed.waitUntilExit()
                let crs = try Program.run(scene.slurmArguments("crs", jobs: 4))
                try #require(crs.status == 0, "\(crs.errors)")
                #expect(try scene.trials("crs").count == 14)
                try scene.expectTrainedOnce("crs")
                #expect(try lab.jobs().isEmpty)
            }
        }
    }

    @Test(
        "one job at a time searches as one worker does; Ctrl-C leaves no job, and kill -9 loses none"
    )
    func interrupted() throws {
        try SlurmLab.with { lab in
            try SearchScene.with { scene in
                // Seconds for each training: a signal finds it at work, however fast the machine.
                let long = ["--epochs", "100"]
                let whole = try scene.search("whole", iterations: 4, SearchScene.patience + long)
                try #require(whole.status == 0, "\(whole.errors)")
                let first = try Program.start(
                    scene.slurmArguments("study", jobs: 1, iterations: 4, long))
                try scene.wait {
                    scene.logs("study").values.joined().contains { $0.hasPrefix("epoch ") }
                }
                kill(first.processIdentifier, SIGINT)
                first.waitUntilExit()
                #expect(first.terminationStatus == 130)
                #expect(scene.processes().isEmpty)
                #expect(try lab.jobs().isEmpty)
                // Which options the study has is known from now on.
                let resume = ["search", "--output", scene.path("study"), "--quiet"]
                let second = try Program.start(resume)
                // The log of its job: sbatch has the same words among its arguments.
                try scene.wait {
                    scene.logs("study").values.joined().contains { $0.contains(" attempt 2 ") }
                }
                for worker in scene.workers() { kill(worker, SIGSTOP) }
                kill(second.processIdentifier, SIGKILL)
                second.waitUntilExit()
                for worker in scene.workers() { kill(worker, SIGCONT) }
                let last = try Program.run(resume)
                #expect(last.status == 0, "\(last.errors)")
                #expect(try scene.summary("study") == scene.summary("whole"))
                try scene.expectTrainedOnce("study")
                let starts = scene.logs("study").values.map { $0.count { $0.hasPrefix("start ") } }
                #expect(starts.reduce(0, +) <= starts.count + 1, "the orphan was not adopted")
            }
        }
    }

    @Test(
        "jobs copy prepared images to the disk of their node, where they can, and read them there")
    func nodeCache() throws {
        try SlurmLab.with { lab in
            try SearchScene.with(iterations: 4) { scene in
                let random = ["--sampler", "random"]
                let whole = try scene.search("whole", SearchScene.patience + random)
                try #require(whole.status == 0, "\(whole.errors)")
                let disk = scene.path("node")
                try FileManager.default.createDirectory(
                    atPath: disk, withIntermediateDirectories: true)
                let home = "\(disk)/segnas3d-\(getuid())"
                let jobs = ["--node-cache", "--slurm", "cpus-per-task=1 export=ALL,TMPDIR=\(disk)"]
                let program = try Program.run(
                    scene.slurmArguments("study", jobs: 2, random + jobs))
                #expect(program.status == 0, "\(program.errors)")
                #expect(try scene.results("study") == scene.results("whole"))
                func lines(_ words: String) -> [String] {
                    scene.logs("study").values.joined().filter { $0.contains(words) }
                }
                let notes = lines(" prepared images in \(home)/prepared, of which ")
                #expect(notes.count == lines("start trial ").count, "\(notes)")
                // The two test cases of 8 are no matter of jobs.
                let copied = notes.compactMap { line in
                    line.split(separator: " ").compactMap { Int($0) }.last
                }
                let entries = try FileManager.default.contentsOfDirectory(
                    atPath: home + "/prepared/entries")
                #expect(copied.reduce(0, +) == entries.count && entries.count == 6, "\(notes)")
                // Kept with the study; what is not possible is no obstacle.
                chmod(home, 0o755)
                let on = try Program.run(
                    "search", "--output", scene.path("study"), "--iterations", "8", "--quiet")
                #expect(on.status == 0, "\(on.errors)")
                #expect(!lines("as they cannot all be copied to \(home)/prepared: ").isEmpty)
                #expect(try lab.jobs().isEmpty)
            }
        }
    }

    @Test("a search in a job of its own is run again before its time is over, and its jobs go on")
    func inJob() throws {
        try SlurmLab.with { lab in
            try SearchScene.with(iterations: 4) { scene in
                let more = ["--sampler", "random", "--epochs", "60"]
                let whole = try scene.search("whole", SearchScene.patience + more)
                try #require(whole.status == 0, "\(whole.errors)")
                let line = [Program.url.path] + scene.slurmArguments("study", jobs: 2, more)
                // Slurm warns it ten seconds after the begin.
                try lab.command(
                    "sbatch", "--time=1", "--signal=B:USR1@50", "--open-mode=append",
                    "--output=\(scene.path("out"))",
                    "--wrap=exec " + line.map { "'\($0)'" }.joined(separator: " "))
                func output() -> String {
                    (try? String(contentsOfFile: scene.path("out"), encoding: .utf8)) ?? ""
                }
                try scene.wait {
                    scene.logs("study").values.count { $0.last?.hasPrefix("epoch ") == true } == 2
                }
                let workers = scene.workers()
                for worker in workers { kill(worker, SIGSTOP) }
                try scene.wait { output().contains("goes on when its job runs again") }
                #expect(try lab.jobs("RUNNING").count >= 2)
                for worker in workers { kill(worker, SIGCONT) }
                try scene.wait { output().contains("report, for a browser") }
                #expect(try scene.results("study") == scene.results("whole"))
                let starts = scene.logs("study").values.map { $0.count { $0.hasPrefix("start ") } }
                #expect(starts.allSatisfy { $0 == 1 }, "jobs were not adopted")
                try scene.wait { try lab.jobs().isEmpty }
            }
        }
    }

    @Test("what Slurm would refuse of every job is refused before anything is written")
    func refused() throws {
        try SlurmLab.with { lab in
            try SearchScene.with { scene in
                for (more, words) in [
                    (
                        ["--slurm", "partition=nope"],
                        "Slurm takes no job with --slurm partition=nope"
                    ),
                    (["--slurm", "mem=9999G"], "Slurm takes no job with --slurm mem=9999G"),
                    (["--slurm", "array=1-3"], "--slurm may not give array"),
                    (["--jobs", "0"], "--jobs must be at least 1"),
                    (["--workers", "2"], "give --jobs with --launcher slurm"),
                    (
                        ["--launcher", "local"],
                        "--slurm, --jobs and --node-cache go with --launcher slurm"
                    ),
                ] {
                    let program = try Program.run(scene.slurmArguments("study", jobs: 1, more))
                    #expect(program.status == 2, "\(more)")
                    #expect(program.errors.contains(words), "\(program.errors)")
                    #expect(!FileManager.default.fileExists(atPath: scene.path("study/plan.json")))
                }
                try lab.kill(.controller)
                let down = try Program.run(scene.slurmArguments("study", jobs: 1))
                #expect(down.status == 1 && down.errors.contains("Slurm does not answer"))
                try lab.repair()
            }
        }
    }
}
