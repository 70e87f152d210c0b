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

    /// True where it is asked for and Slurm is there: its times are those of a machine without other work.
    static let isAvailable =
        ProcessInfo.processInfo.environment["SEGNAS3D_SLURM"] != nil
        && ["/usr/sbin", "/sbin", "/usr/bin"].contains { access("\($0)/slurmctld", X_OK) == 0 }
    static let absence: Comment = "it needs Slurm, and a machine without other work: make slurm"

    /// How often everything is killed at random, as `make faults` sets it; nil for as often as takes a minute.
    static let kills = ProcessInfo.processInfo.environment["SEGNAS3D_SLURM_KILLS"].flatMap {
        Int($0)
    }

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

    /// A daemon of the lab; jobs go to the first node as long as it has room.
    enum Daemon: String {
        case controller = "slurmctld"
        case firstNode = "slurmd-lab1"
    }

    func kill(_ daemon: Daemon) throws {
        let file = folder.appending(path: "run/\(daemon.rawValue).pid")
        // One that was killed before may not have written it again.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        guard let process = pid_t(text.filter(\.isNumber)), process > 1 else { return }
        Glibc.kill(process, SIGKILL)
    }

    /// Has the first node lose its daemon, and Slurm take it for lost, whatever runs there.
    func loseFirstNode() throws {
        try kill(.firstNode)
        try command("scontrol", "update", "nodename=lab1", "state=down", "reason=test")
    }

    /// Gives the first node's daemon a disk of its own, without room.
    func fillFirstNode() throws -> SmallDisk {
        try kill(.firstNode)
        let disk = try SmallDisk(folder.appending(path: "spool-lab1").path)
        try repair()
        try disk.fill()
        return disk
    }

    /// Runs a command of Slurm, which must succeed; its output.
    @discardableResult
    func command(_ name: String, _ arguments: String...) throws -> String {
        let output = try Command(name, arguments).run(timeLimit: 30)
        #expect(output.status == 0, "\(name) \(arguments): \(output.errors)")
        return output.text
    }

    /// The numbers of the jobs in these states, by default those that wait or run.
    func jobs(_ states: String = "PENDING,RUNNING,COMPLETING") throws -> [String] {
        let text = try command("squeue", "--noheader", "--states=\(states)", "--format=%A")
        return text.split(separator: "\n").map { $0.filter(\.isNumber) }
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
