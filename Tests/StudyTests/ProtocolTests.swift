import Foundation
import SegNASHost
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Protocol of workers")
struct ProtocolTests {
    private func withRequest(_ body: (TrialRequest, TrialFolder) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "s").path)
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            let trial = try ledger.waiting()[0]
            try body(TrialRequest(trial, of: ledger.plan), TrialFolder(folder.path))
        }
    }

    @Test("the first result stays, and is read as it was written")
    func first() throws {
        try withRequest { request, folder in
            #expect(TrialResult(of: request, in: folder) == nil)
            let epochs = [TrialEpoch(epoch: 1, loss: 0.1 + 0.2, dice: 1.0 / 3, seconds: 1e-7)]
            let result = TrialResult(
                for: request, run: "a", outcome: .completed(dice: 0.7), epochs: epochs)
            #expect(try result.publish(in: folder))
            let late = TrialResult(for: request, run: "b", outcome: .completed(dice: 0.9))
            #expect(try !late.publish(in: folder))
            let read = try #require(TrialResult(of: request, in: folder))
            #expect(read.run == "a" && read.outcome == .completed(dice: 0.7))
            #expect(read.epochs == epochs)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["result.json", "s"])
        }
    }

    @Test("a result that is cut short, changed or another trial's is none")
    func damaged() throws {
        try withRequest { request, folder in
            let result = TrialResult(for: request, run: "a", outcome: .completed(dice: 0.75))
            _ = try result.publish(in: folder)
            let file = URL(filePath: folder.result)
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(TrialResult(of: request, in: folder) != nil)
            for changed in [
                String(text.dropLast(20)), text.replacing("0.75", with: "0.76"), "",
                text.replacing(#""trial":"#, with: #""trial":1"#),
            ] {
                try Data(changed.utf8).write(to: file)
                #expect(TrialResult(of: request, in: folder) == nil)
            }
            try Data(text.utf8).write(to: file)
            var other = request
            other.pointDigest = ContentDigest(ofText: "").text
            #expect(TrialResult(of: other, in: folder) == nil)
        }
    }

    /// As schema 1 wrote them: digests were SHA-256, that of a result under another key.
    @Test("a request and a result of the version before are read, and belong to each other")
    func versionBefore() throws {
        try withRequest { request, folder in
            let digest = String(repeating: "0123456789abcdef", count: 4)
            func write(_ text: String, to path: String) throws {
                try Data((text + "\n").utf8).write(to: URL(filePath: path))
            }
            let text = try JSONDocument.text(of: request, .line)
                .replacing(#""schema":2,"seed""#, with: #""schema":1,"seed""#)
                .replacing(request.pointDigest, with: digest)
            try write(text, to: folder.request)
            let old = try #require(TrialRequest(in: folder))
            #expect(old.schema == 1 && old.pointDigest == digest)
            #expect(old.asksSame(as: request) && request.asksSame(as: old))
            var other = request
            other.seed += 1
            #expect(!old.asksSame(as: other))
            try write(
                #"{"epochs":[{"dice":0.5,"dicePerLabel":{"1":0.5},"epoch":1,"loss":0.25,"seconds":2}],"#
                    + #""outcome":{"completed":{"dice":0.5}},"pointDigest":"\#(digest)","run":"a","#
                    + #""schema":1,"sha256":"\#(digest)","study":"\#(request.study)","#
                    + #""trial":\#(request.trial)}"#, to: folder.result)
            let result = try #require(TrialResult(of: old, in: folder))
            #expect(result.outcome == .completed(dice: 0.5) && result.epochs.count == 1)
            #expect(TrialResult(of: request, in: folder) == nil)
        }
    }

    @Test("a request is the same whenever it is written")
    func request() throws {
        try withRequest { request, folder in
            try request.write(in: folder)
            let bytes = try Data(contentsOf: URL(filePath: folder.request))
            #expect(TrialRequest(in: folder) == request)
            try request.write(in: folder)
            #expect(try Data(contentsOf: URL(filePath: folder.request)) == bytes)
        }
    }
}

@Suite("Local launcher")
struct LocalLauncherTests {
    private func withJob(
        _ script: String, _ body: (LocalLauncher, JobHandle, TrialFolder) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let study = StudyFolder(folder.path)
            let order = LaunchOrder(study: study, trial: 1, attempt: 1, slot: "cpu/0")
            try FileManager.default.createDirectory(
                atPath: order.folder.path, withIntermediateDirectories: true)
            let launcher = LocalLauncher(executable: "/bin/sh") { order in
                ["-c", script, "sh", "\(order.trial)"]
            }
            try body(launcher, try launcher.launch(order), order.folder)
        }
    }

    private func wait(
        _ launcher: LocalLauncher, _ job: JobHandle, in folder: TrialFolder,
        while state: JobState = .alive
    ) -> JobState {
        for _ in 0..<1000 where launcher.look(at: job, in: folder) == state { usleep(10_000) }
        return launcher.look(at: job, in: folder)
    }

    @Test("what a worker prints is in its log, and its exit is known")
    func exit() throws {
        try withJob("echo trial $1; echo trouble >&2; exit 3") { launcher, job, folder in
            #expect(wait(launcher, job, in: folder) == .gone(.code(3)))
            #expect(launcher.look(at: job, in: folder) == .gone(.code(3)))
            let log = try String(contentsOfFile: folder.log, encoding: .utf8)
            #expect(log == "trial 1\ntrouble\n")
        }
        try withJob("kill -9 $$") { launcher, job, folder in
            #expect(wait(launcher, job, in: folder) == .gone(.signal(9)))
        }
    }

    @Test("a job is found by another launcher, and ended: first asked, then without asking")
    func cancel() throws {
        try withJob("trap '' TERM; echo ready; while :; do sleep 0.05; done") {
            launcher, job, folder in
            let other = LocalLauncher { _ in [] }
            let attempt = Attempt(trial: 1, number: 1, state: .submitting, slot: "cpu/0")
            #expect(other.find(attempt, in: folder) == job)
            #expect(other.find(attempt, in: TrialFolder(folder.path + "/none")) == nil)
            waitForLog("ready\n", in: folder)
            #expect(other.look(at: job, in: folder) == .alive)
            launcher.cancel(job, in: folder)
            usleep(100_000)
            #expect(launcher.look(at: job, in: folder) == .alive)
            launcher.cancel(job, in: folder)
            #expect(wait(launcher, job, in: folder) == .gone(.signal(9)))
            #expect(other.look(at: job, in: folder) == .gone(nil))
            #expect(other.find(attempt, in: folder) == nil)
        }
    }

    private func waitForLog(_ text: String, in folder: TrialFolder) {
        for _ in 0..<1000 {
            let log = try? String(contentsOfFile: folder.log, encoding: .utf8)
            if log == text { return }
            usleep(10_000)
        }
    }

    @Test("a job that is stopped is recognized, and hears when it is asked to end")
    func stopped() throws {
        try withJob("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done") {
            launcher, job, folder in
            waitForLog("ready\n", in: folder)
            let process = try #require(job.text.split(separator: " ").first.flatMap { pid_t($0) })
            kill(process, SIGSTOP)
            #expect(wait(launcher, job, in: folder) == .stopped)
            #expect(LocalLauncher { _ in [] }.look(at: job, in: folder) == .stopped)
            launcher.cancel(job, in: folder)
            _ = wait(launcher, job, in: folder, while: .stopped)
            #expect(wait(launcher, job, in: folder) == .gone(.code(7)))
        }
    }

    @Test("the job of a study of which this is a copy is not ours, and left alone")
    func copied() throws {
        // A worker whose search was killed: no child of this process.
        try withJob("setsid sh -c 'echo ready; exec sleep 60' &") { launcher, starter, folder in
            waitForLog("ready\n", in: folder)
            // Asked for its end: tests that wait for processes of theirs would find its name again and again.
            #expect(wait(launcher, starter, in: folder) == .gone(.code(0)))
            let copy = TrialFolder(folder.path + " copy")
            try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
            let other = LocalLauncher { _ in [] }
            let attempt = Attempt(trial: 1, number: 1, state: .submitting, slot: "cpu/0")
            let job = try #require(other.find(attempt, in: folder))
            #expect(other.look(at: job, in: copy) == .gone(.elsewhere))
            other.cancel(job, in: copy)
            other.cancel(job, in: copy)
            usleep(100_000)
            #expect(other.look(at: job, in: folder) == .alive)
            for _ in 0..<2 { other.cancel(job, in: folder) }
        }
    }

    @Test("a worker hears its search that was told to ignore SIGTERM")
    func ignoredByParent() throws {
        signal(SIGTERM, SIG_IGN)
        defer { signal(SIGTERM, SIG_DFL) }
        try withJob("echo ready; exec sleep 60") { launcher, job, folder in
            waitForLog("ready\n", in: folder)
            launcher.cancel(job, in: folder)
            #expect(wait(launcher, job, in: folder) == .gone(.signal(15)))
        }
    }

    @Test(
        "handles of other processes and machines",
        arguments: ["", "1 2", "-1 5 boot", "1 0 elsewhere", "nonsense"])
    func strange(_ text: String) {
        let launcher = LocalLauncher { _ in [] }
        let folder = TrialFolder("/none")
        #expect(launcher.look(at: JobHandle(text), in: folder) == .unknown)
        launcher.cancel(JobHandle(text), in: folder)
    }
}
