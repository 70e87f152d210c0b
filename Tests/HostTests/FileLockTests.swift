import Foundation
import Glibc
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Locks")
struct FileLockTests {
    @Test("one process has it, others learn which one, and it is free afterwards")
    func lock() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/.lock"
            do {
                let lock = try FileLock(path: path)
                let error = #expect(throws: FileLockError.self) { _ = try FileLock(path: path) }
                guard case .held(path, let owner)? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect("\(owner)".hasPrefix("process \(getpid()) on "))
                withExtendedLifetime(lock) {}
            }
            _ = try FileLock(path: path)
        }
    }

    @Test(
        "what a holder has written is there for those who look, and gone when it has ended in order"
    )
    func text() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/lock"
            #expect(FileLock.state(of: path) == nil)
            do {
                let lock = try FileLock(unsigned: path)
                #expect(lock.former.isEmpty && FileLock.state(of: path) == .held(""))
                try lock.sign("a longer name")
                try lock.sign("me")
                #expect(FileLock.state(of: path) == .held("me"))
                let held = FileLockError.held(path: path, by: .process("me"))
                #expect(throws: held) { _ = try FileLock(unsigned: path) }
            }
            #expect(Self.isFree(path, ""))
            // As a process that was killed leaves it.
            try Data("former".utf8).write(to: URL(filePath: path))
            #expect(Self.isFree(path, "former"))
            do {
                let lock = try FileLock(unsigned: path)
                #expect(lock.former == "former")
            }
            // Who has not signed leaves it as it was.
            #expect(Self.isFree(path, "former"))
        }
    }

    /// True if a lock is free and has a text, now or soon: processes that other tests start hold it for a moment.
    private static func isFree(_ path: String, _ text: String) -> Bool {
        for _ in 0..<1000 where FileLock.state(of: path) != .free(text) { usleep(10_000) }
        return FileLock.state(of: path) == .free(text)
    }

    @Test(
        "free locks in a folder are removed; a new lock takes no file that exists")
    func many() throws {
        try withTemporaryFolder { folder in
            let held = folder.path + "/held"
            let lock = try FileLock(unsigned: held, isNew: true)
            lock.note("a")
            lock.note("b")
            try Data("c\n".utf8).write(to: URL(filePath: folder.path + "/free"))
            #expect(throws: FileLockError.held(path: folder.path + "/free", by: .unknown)) {
                _ = try FileLock(unsigned: folder.path + "/free", isNew: true)
            }
            #expect(FileLock.held(in: folder.path) == ["held"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["held"])
            #expect(try String(contentsOfFile: held, encoding: .utf8) == "a\nb\n")
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a mark in place of a lock goes with its object, and names its process")
    func mark() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/.lock.owner"
            do {
                let mark = try LockMark(path: path)
                #expect(LockMark.holder(of: path) == .current())
                let held = LockMark.Held(path: path, owner: .current())
                #expect(throws: LockMark.Failure.held(held)) { _ = try LockMark(path: path) }
                withExtendedLifetime(mark) {}
            }
            #expect(LockMark.owner(of: path) == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test(
        "whose mark is taken over: that of a process that has ended, for certain",
        arguments: [
            // Not the process that has this number now.
            ("PID 1 BOOT SPACE HOST", true),
            ("4194303 5 BOOT SPACE HOST", true),
            // The machine has been restarted since.
            ("1 1 other SPACE HOST", true),
            // Numbers of another machine, or of another container of this one, say nothing here.
            ("4194303 5 BOOT SPACE elsewhere", false), ("4194303 5 other SPACE elsewhere", false),
            ("4194303 5 BOOT pid:[1] HOST", false),
            // Just being written.
            ("", false), ("nonsense", false),
        ])
    func leftover(_ text: String, isTaken: Bool) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/mark"
            let here = ProcessIdentity.current()
            let line = text.replacing("PID", with: "\(here.process)")
                .replacing("BOOT", with: here.boot).replacing("SPACE", with: here.namespace)
                .replacing("HOST", with: here.host)
            try Data((line + "\n").utf8).write(to: URL(filePath: path))
            if isTaken {
                let mark = try LockMark(path: path)
                #expect(LockMark.owner(of: path) == here)
                withExtendedLifetime(mark) {}
            } else {
                #expect(throws: LockMark.Failure.self) { _ = try LockMark(path: path) }
                #expect(try String(contentsOfFile: path, encoding: .utf8) == line + "\n")
            }
        }
    }

    @Test("a process that another one has started is known while it runs")
    func alive() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        let status = try #require(ProcessTable.status(of: process.processIdentifier))
        let here = ProcessIdentity.current()
        let text =
            "\(process.processIdentifier) \(status.start) \(here.boot) \(here.namespace) \(here.host)"
        let identity = try #require(ProcessIdentity(text))
        #expect(identity.isAlive == true && identity.text == text)
        process.terminate()
        process.waitUntilExit()
        #expect(identity.isAlive == false)
    }

    @Test("what the system answers: a lock is one's own, or shared by those who ask for that")
    func answers() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            let files = (0..<2).map { _ in open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
            defer { for file in files { close(file) } }
            #expect(LockAnswer(for: files[0]) == .taken)
            #expect(LockAnswer(for: files[1]) == .held)
            #expect(LockAnswer(for: files[1], isShared: true) == .held)
            #expect(LockAnswer(for: files[0], isShared: true) == .taken)
            #expect(LockAnswer(for: files[1], isShared: true) == .taken)
            #expect(LockAnswer(for: -1) == .refused(SystemFailure(code: EBADF)))
        }
    }

    @Test("a file system with locks, also of a folder that is not there yet")
    func probe() throws {
        try withTemporaryFolder { folder in
            #expect(FileSystem.lockingFailure(at: folder.path + "/a/b/c") == nil)
        }
    }
}
