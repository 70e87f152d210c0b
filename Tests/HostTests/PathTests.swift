import Foundation
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Paths and folders")
struct PathTests {
    @Test(
        "a path is a name in a folder",
        arguments: [
            ("a/b/c", "a/b/", "a/b", "c"), ("c", "", ".", "c"), ("/c", "/", "/", "c"),
            ("a/", "a/", "a", ""), ("", "", ".", ""), ("./c", "./", ".", "c"),
            // An accent behind a slash makes one character of both.
            ("a/\u{301}c", "a/", "a", "\u{301}c"),
        ])
    func parts(_ path: String, _ prefix: String, _ folder: String, _ name: String) {
        let parts = PathParts(path)
        #expect(parts.prefix == prefix && parts.folder == folder && parts.name == name)
        #expect(parts.sibling(name) == path)
    }

    @Test(
        "slashes at the end change nothing about a folder",
        arguments: [
            ("a/b//", "a/b"), ("a", "a"), ("/", "/"), ("//", "/"), ("", ""), ("/a/", "/a"),
        ])
    func trimmed(_ path: String, _ expected: String) {
        #expect(PathParts.trimmed(path) == expected)
    }

    @Test("folders are made with those around them, and made again without harm")
    func makeFolder() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a/b/c/"
            for _ in 0..<2 { try FileSystem.makeFolder(path) }
            #expect(FileSystem.isFolder(path) && !FileSystem.isFolder(folder.path + "/x"))
            let file = folder.path + "/file"
            try Data().write(to: URL(filePath: file))
            #expect(!FileSystem.isFolder(file))
            #expect(throws: SystemFailure(code: EEXIST)) { try FileSystem.makeFolder(file) }
            #expect(throws: SystemFailure(code: ENOTDIR)) {
                try FileSystem.makeFolder(file + "/a")
            }
            #expect(throws: SystemFailure(code: ENOENT)) { try FileSystem.makeFolder("") }
            try FileSystem.makeFolder(folder.path + "/own/of", permissions: 0o700)
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder.path + "/own")
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
    }

    /// Digests of a number of letters "a", by the C library's `XXH3_128bits`.
    @Test(
        "digests of files and texts",
        arguments: [
            (0, "99aa06d3014798d86001c324468d497f"), (3, "1ba4b00492c7202ee4ba3228795dc9ef"),
            (16, "ff9f5054066830d0245750ddc4828d15"), (128, "134e2a91815f3105ef354c1b9e35d99d"),
            (240, "0163721cdafde206ea57d24533760a39"), (241, "3e7bebe4a2c07b0bf6cfef5c5aca1930"),
            (1000, "b01da365eddaa29cb3e7af627147db7c"),
        ])
    func digests(_ count: Int, _ digest: String) throws {
        let text = String(repeating: "a", count: count)
        #expect(ContentDigest(ofText: text).text == digest)
        let stream = DigestStream()
        for byte in text.utf8 { withUnsafeBytes(of: byte) { stream.add($0) } }
        #expect(stream.text == digest)
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            try Data(text.utf8).write(to: URL(filePath: path))
            let found = try ContentDigest(of: path)
            #expect(found.text == digest && found.bytes == count)
        }
    }
}

@Suite("Links to folders")
struct FolderLinkTests {
    @Test("a link, and a file in its place, name a folder; whole folders and other files name none")
    func targets() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/best"
            #expect(FolderLink.target(of: path) == nil && FolderLink.resolve(path) == path)
            try FolderLink.set(path, to: "models/1")
            #expect(FolderLink.target(of: path) == "models/1" && FolderLink.resolve(path) == path)
            try FolderLink.set(path, to: "models/2")
            #expect(FolderLink.target(of: path) == "models/2")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(
                atPath: folder.path + "/models/3", withIntermediateDirectories: true)
            // The last is any text.
            for (text, target, folderThere) in [
                ("models/3\n", "models/3", true), ("models/3", "models/3", true),
                ("a\nb\n", nil, false), ("", nil, false), ("hello\n", "hello", false),
            ] {
                try Data(text.utf8).write(to: URL(filePath: path))
                #expect(FolderLink.target(of: path) == target)
                let expected = folderThere ? "\(folder.path)/models/3" : path
                #expect(FolderLink.resolve(path) == expected)
            }
            try FolderLink.set(path, to: "models/5")
            #expect(FolderLink.target(of: path) == "models/5")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                    == ["best", "models"])
        }
    }
}
