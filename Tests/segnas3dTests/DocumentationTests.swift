import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite("Map of the sources")
struct ArchitectureMapTests {
    @Test("files and folders that the map names are there")
    func paths() throws {
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

@Suite("Documentation")
struct DocumentationTests {
    /// The pages that show commands.
    private func pages() throws -> [URL] {
        let folder = root.appending(path: "Documentation")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return [root.appending(path: "README.md")]
            + names.filter { $0.hasSuffix(".md") }.sorted().map { folder.appending(path: $0) }
    }

    @Test("commands that pages show have the options that they are given there")
    func options() throws {
        var help: [String: String] = [:]
        var count = 0
        for page in try pages() {
            let text = try String(contentsOf: page, encoding: .utf8).replacing("\\\n", with: "")
            for command in text.matches(of: /segnas3d ([a-z]+) ([^|`\n#]*)/) {
                let name = String(command.1)
                for option in command.0.matches(of: /\ --([a-z-]+)/) {
                    if help[name] == nil { help[name] = try Program.run("help", name).output }
                    let isThere =
                        help[name]?.contains("--\(option.1)") == true
                        || help[name]?.contains("--\(option.1.replacing("no-", with: ""))") == true
                    #expect(isThere, "\(page.lastPathComponent): segnas3d \(name) --\(option.1)")
                    count += 1
                }
            }
        }
        #expect(count > 60)
    }
}
