import Foundation
import Glibc
import SegNASHost
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

/// A real Slurm on this machine, as `Scripts/slurm-lab.sh` makes it; one at a time.
struct SlurmLab {
    private let folder: URL

    /// True where it is asked for: its times are those of a machine without other work.
    static let isAskedFor = ProcessInfo.processInfo.environment["SEGNAS3D_SLURM"] != nil
    static let absence: Comment = "it needs Slurm, and a machine without other work: make slurm"

    /// Calls a body with a lab, which is gone afterwards with all its jobs.
    static func with(_ body: (SlurmLab) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let lab = SlurmLab(folder: folder)
            let started = try lab.script("start")
            try #require(started.status == 0, "\(started.errors)")
            // The programs of this test find their cluster by it.
            setenv("SLURM_CONF", folder.appending(path: "slurm.conf").path, 1)
            defer {
                unsetenv("SLURM_CONF")
                let stopped = try? lab.script("stop")
                if stopped?.status != 0 { Issue.record("the lab does not stop") }
            }
            try body(lab)
        }
    }

    private func script(_ verb: String) throws -> Command.Output {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var environment = ProcessInfo.processInfo.environment
        environment["SLURM_LAB"] = folder.path
        environment["SLURM_LAB_PORT"] = "\(20_000 + Int(getpid()) % 10_000 / 4 * 4)"
        return try Command(
            root.appending(path: "Scripts/slurm-lab.sh").path, [verb], environment: environment
        ).run(timeLimit: 90)
    }

    /// Starts what was killed.
    func repair() throws {
        let output = try script("start")
        #expect(output.status == 0, "\(output.errors)")
    }

    /// Kills a daemon: `slurmctld`, `slurmd-lab1` or `slurmd-lab2`.
    func kill(_ daemon: String) throws {
        let text = try String(
            contentsOf: folder.appending(path: "run/\(daemon).pid"), encoding: .utf8)
        guard let process = pid_t(text.filter(\.isNumber)), process > 1 else { return }
        Glibc.kill(process, SIGKILL)
    }

    /// The numbers of the jobs that wait or run.
    func jobs() throws -> [String] {
        let arguments = ["--noheader", "--states=PENDING,RUNNING", "--format=%A"]
        let output = try Command("squeue", arguments).run(timeLimit: 30)
        return output.text.split(separator: "\n").map { $0.filter(\.isNumber) }
    }
}

extension SearchScene {
    /// A search in the lab, each job with one core, as the other searches of the scene have one thread.
    func slurmArguments(
        _ study: String, jobs: Int, iterations: Int? = nil, _ more: [String] = []
    ) -> [String] {
        arguments(study, iterations: iterations, SearchScene.patience)
            + [
                "--launcher", "slurm", "--slurm", "cpus-per-task=1", "--jobs", "\(jobs)",
            ] + more
    }

    /// Number, network, point and result of every trial, in whatever order they ended.
    func results(_ study: String) throws -> [String] {
        try trials(study).map { trial in
            "\(trial.number) \(trial.key) \(trial.state) \(trial.end?.value ?? .nan) \(trial.proposal.point)"
        }
    }
}
