import Foundation
import Search
import TestSupport
import Testing

@testable import Study

@Suite("Protocol of workers")
struct ProtocolTests {
    /// The script: `hashlib.sha256(b"a" * n).hexdigest()`.
    @Test(
        "SHA-256 as Python's hashlib",
        arguments: [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (3, "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"),
            (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
            (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
            (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
            (1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
        ])
    func sha256(_ count: Int, _ digest: String) {
        #expect(SHA256.hexadecimal(Array(repeating: UInt8(ascii: "a"), count: count)) == digest)
    }

    private func withRequest(_ body: (TrialRequest, TrialFolder) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "s").path)
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.judge) }
            let trial = try ledger.waiting()[0]
            try body(TrialRequest(trial, of: ledger.plan), TrialFolder(folder.path))
        }
    }

    @Test("the first result stays, and is read as it was written")
    func first() throws {
        try withRequest { request, folder in
            #expect(TrialResult(of: request, in: folder) == nil)
            let epochs = [EpochRecord(epoch: 1, loss: 0.1 + 0.2, dice: 1.0 / 3, seconds: 1e-7)]
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
            other.pointDigest = SHA256.hexadecimal([])
            #expect(TrialResult(of: other, in: folder) == nil)
        }
    }

    @Test("a request is the same whenever it is written")
    func request() throws {
        try withRequest { request, folder in
            try write(request, to: folder.request, replacing: true)
            let bytes = try Data(contentsOf: URL(filePath: folder.request))
            #expect(TrialRequest(in: folder) == request)
            try write(request, to: folder.request, replacing: true)
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

    @Test("a job that is stopped is told apart, and hears when it is asked to end")
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
