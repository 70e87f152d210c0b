import Foundation
import TestSupport
import Testing

@testable import SegNASHost

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
            for (text, target) in [
                ("models/3\n", "models/3"), ("models/4", "models/4"), ("a\nb\n", nil), ("", nil),
            ] {
                try Data(text.utf8).write(to: URL(filePath: path))
                #expect(FolderLink.target(of: path) == target)
                #expect(
                    FolderLink.resolve(path) == (target.map { "\(folder.path)/\($0)" } ?? path))
            }
            try FolderLink.set(path, to: "models/5")
            #expect(FolderLink.target(of: path) == "models/5")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["best"])
        }
    }
}
