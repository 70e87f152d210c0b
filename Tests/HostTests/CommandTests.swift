import Foundation
import Glibc
import SegNASHost
import TestSupport
import Testing

@Suite("Commands")
struct CommandTests {
    private func shell(_ script: String, limit: Double = 20) throws -> Command.Output {
        try Command("sh", ["-c", script]).run(timeLimit: limit)
    }

    @Test("output, errors and exit code; a signal as in a shell")
    func output() throws {
        #expect(
            try shell("echo a; echo b >&2; exit 7")
                == Command.Output(status: 7, text: "a\n", errors: "b\n"))
        #expect(try shell("kill -9 $$").status == 137)
        let long = try shell("seq 200000; seq 200000 >&2")
        #expect(long.text.hasSuffix("\n200000\n") && long.errors == long.text)
    }

    @Test("the environment is that which is given, and the input is empty")
    func surroundings() throws {
        let command = Command("sh", ["-c", "cat; env"], environment: ["A": "b c"])
        #expect(try command.run(timeLimit: 20).text.contains("A=b c\n"))
        #expect(try !command.run(timeLimit: 20).text.contains("HOME="))
    }

    @Test("a program that takes too long is killed with what it has started")
    func limit() throws {
        let begin = ContinuousClock.now
        try withTemporaryFolder { folder in
            let mark = folder.appending(path: "mark").path
            #expect(throws: Command.Failure.timeOut("sh", seconds: 0.5)) {
                try shell("(sleep 2; touch \(mark)) & wait", limit: 0.5)
            }
            #expect(ContinuousClock.now - begin < .seconds(2))
            usleep(2_000_000)
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }

    @Test("what a program leaves behind is not waited for, and has none of our files")
    func daemons() throws {
        let begin = ContinuousClock.now
        let pipe = Pipe()
        let output = try shell("setsid sleep 3 & echo $!")
        #expect(ContinuousClock.now - begin < .seconds(2))
        let process = try #require(Int32(output.text.filter(\.isNumber)))
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
        #expect(files.sorted() == ["0", "1", "2"])
        kill(process, SIGKILL)
        try pipe.fileHandleForWriting.close()
    }

    @Test("a program that is missing is named")
    func missing() {
        #expect(throws: Command.Failure.notStarted("no-such-program", SystemFailure.missing)) {
            try Command("no-such-program", []).run(timeLimit: 5)
        }
    }
}

extension SystemFailure {
    fileprivate static let missing = SystemFailure(code: ENOENT)
}
