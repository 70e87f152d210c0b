import Foundation
import Testing

@Suite("Map of the sources")
struct ArchitectureMapTests {
    @Test("files and folders that the map names are there")
    func paths() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let map = try String(
            contentsOf: root.appending(path: "Documentation/architecture.md"), encoding: .utf8)
        let paths = map.matches(of: /`(Sources\/[^`]+)`/).map { String($0.1) }
        #expect(paths.count > 60)
        for path in paths {
            #expect(
                FileManager.default.fileExists(atPath: root.appending(path: path).path), "\(path)")
        }
    }
}
