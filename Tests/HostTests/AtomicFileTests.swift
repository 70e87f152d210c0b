import Foundation
import Glibc
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Files that appear whole or not at all")
struct AtomicFileTests {
    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func content(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("the file has its name when it is published, in place of the one before")
    func publishing() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            try Data("old".utf8).write(to: URL(filePath: path))
            let file = try AtomicFile(path: path)
            try file.append(Array("ne".utf8))
            try file.append(Array("w".utf8))
            #expect(try content(path) == "old")
            #expect(try names(in: folder) == [".a.\(getpid()).partial", "a"])
            try file.publish()
            #expect(try content(path) == "new")
            #expect(try names(in: folder) == ["a"])
        }
    }

    @Test("what is not published leaves nothing behind")
    func abandoned() throws {
        try withTemporaryFolder { folder in
            do {
                let file = try AtomicFile(path: folder.path + "/a")
                try file.append([1, 2, 3])
            }
            #expect(try names(in: folder) == [])
        }
    }

    @Test("a new file does not take the place of another")
    func newFile() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            try NewFile.write("first", to: path)
            let file = try AtomicFile(path: path)
            #expect(throws: SystemFailure(code: EEXIST)) { try file.publish(replacing: false) }
            #expect(throws: NewFileError.exists(path)) { try NewFile.checkAbsence(of: path) }
            #expect(throws: NewFileError.exists(path)) { try NewFile.write("next", to: path) }
            #expect(try content(path) == "first")
            try NewFile.checkAbsence(of: folder.path + "/b")
        }
    }

    @Test("a file that cannot be made says why")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/none/a"
            #expect(throws: SystemFailure(code: ENOENT)) { _ = try AtomicFile(path: path) }
            let fault = NewFileError.unwritable(path, reason: "No such file or directory")
            #expect(throws: fault) { try NewFile.write("", to: path) }
            #expect("\(fault)" == "\(path) cannot be written: No such file or directory")
            #expect(
                "\(NewFileError.exists("a"))" == "a exists: remove it, or name another file")
        }
    }

    @Test("a whole file is put in the place of another")
    func replacing() throws {
        try withTemporaryFolder { folder in
            let (old, new) = (folder.path + "/old", folder.path + "/new")
            try NewFile.write("old", to: old)
            try NewFile.write("new", to: new)
            try AtomicFile.replace(old, with: new)
            #expect(try content(old) == "new")
            #expect(try names(in: folder) == ["old"])
            #expect(throws: SystemFailure(code: ENOENT)) {
                try AtomicFile.replace(old, with: new)
            }
        }
    }
}

@Suite("Folders that appear whole or not at all")
struct AtomicFolderTests {
    private func fill(_ folder: AtomicFolder, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder.temporaryPath + "/a"))
    }

    @Test("the folder has its name when it is published, once or in place of the one before")
    func publishing() throws {
        try withTemporaryFolder { place in
            let path = place.path + "/whole"
            #expect(AtomicFolder.path(of: path) == nil)
            let first = try AtomicFolder(path: path + "/")
            try fill(first, "first")
            #expect(AtomicFolder.path(of: path) == nil)
            try first.publish(replacing: false)
            #expect(AtomicFolder.path(of: path + "/") == path)
            let next = try AtomicFolder(path: path)
            try fill(next, "next")
            #expect(throws: SystemFailure(code: EEXIST)) { try next.publish(replacing: false) }
            #expect(try String(contentsOfFile: path + "/a", encoding: .utf8) == "first")
            try next.publish(replacing: true)
            #expect(try String(contentsOfFile: path + "/a", encoding: .utf8) == "next")
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["whole"])
        }
    }

    @Test("what is not published, and what killed processes left, is removed")
    func leftovers() throws {
        try withTemporaryFolder { place in
            let path = place.path + "/whole"
            // No process has that number: the kernel counts to four million.
            for name in [
                ".whole.2000000000.partial", ".other.2000000000.partial", ".whole.x.partial",
            ] {
                try FileManager.default.createDirectory(
                    atPath: "\(place.path)/\(name)", withIntermediateDirectories: false)
            }
            do {
                let folder = try AtomicFolder(path: path)
                try fill(folder, "a")
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [
                    ".other.2000000000.partial", ".whole.x.partial",
                ])
        }
    }

    @Test("a process killed while it replaces a folder leaves the old one, which is found")
    func interrupted() throws {
        try withTemporaryFolder { place in
            let path = place.path + "/whole"
            let old = place.path + "/.whole.previous"
            try FileManager.default.createDirectory(
                atPath: old, withIntermediateDirectories: false)
            #expect(AtomicFolder.path(of: path) == old)
        }
    }
}
