import Foundation
import Glibc
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

/// The cache under processes that are killed, and under several at once.
@Suite("Cache of prepared cases and processes")
struct CacheProcessTests {
    @Test("What a killed process leaves is removed by the next", arguments: [1, 2, 3])
    func killed(afterFiles count: Int) async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = try CacheScene(folder, size: 48)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path as String, count = count as Int] in
            let scene = try CacheScene(sharing: path, count: 3, size: 48)
            Thread.detachNewThread {
                while true {
                    let files = scene.names("partial").flatMap { scene.names("partial/\($0)") }
                    if files.count >= count { kill(getpid(), SIGKILL) }
                    usleep(50)
                }
            }
            for size in 33... {
                let other = try CacheScene(sharing: path, count: 3, size: size)
                _ = try other.run()
            }
        }
        #expect(!scene.names("partial").isEmpty)
        #expect(try scene.isRight(scene.run().results))
        #expect(scene.names("partial").isEmpty && scene.names("leases").isEmpty)
    }

    @Test("Processes at once share the work")
    func several() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = try CacheScene(folder, count: 8)
        async let one: Void = run(folder.path)
        async let two: Void = run(folder.path)
        async let three: Void = run(folder.path)
        _ = await (one, two, three)
        #expect(scene.names("entries").count == 8)
        #expect(scene.names("partial").isEmpty && scene.names("leases").isEmpty)
        let last = try scene.run()
        #expect(last.found == 8)
        #expect(try scene.isRight(last.results))
    }

    private func run(_ path: String) async {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let scene = try CacheScene(sharing: path, count: 8, size: 16)
            for _ in 0..<4 {
                let results = try scene.run().results
                guard try scene.isRight(results) else { exit(7) }
                // Makes the others write again what they have just found.
                for name in scene.names("entries").prefix(3) {
                    unlink("\(scene.cache)/entries/\(name)/image.nii")
                }
            }
            _ = try scene.run()
        }
    }

    private func folder() throws -> URL {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
