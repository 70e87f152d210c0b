import Foundation
import Glibc
import SegNASHost
import SegNASImaging
import Synchronization
import TestSupport
import Testing

@testable import SegNASDatasets

/// Copies of a cache on a disk of a node, also by several processes at once and by ones that are killed.
@Suite("Copies of prepared cases on a node")
struct NodeCacheTests {
    @Test(
        "Cases are copied once, and read from the copies, which are made again where they are damaged"
    )
    func copies() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            try scene.run()
            let node = try Node(folder)
            let first = try scene.copied(node)
            #expect(first.copies.copied == 3 && first.copies.found == 0)
            #expect(first.copies.obstacle == nil && first.copies.folder == node.path)
            #expect(try scene.isRight(first.results))
            #expect(node.names("entries") == scene.names("entries"))
            let modes = [node.home, node.path, node.path + "/entries"].map(mode)
            #expect(modes == [0o700, 0o700, 0o700])
            for part in ["partial", "leases", "copying"] { #expect(node.names(part).isEmpty) }
            // Nothing else is here: what is known of files and cases is the cache's.
            #expect(node.names("").sorted() == ["copying", "entries", "leases", "partial"])
            // Files that are old go first where a disk is cleaned.
            let entry = "\(node.path)/entries/\(node.names("entries")[0])"
            unlink(entry + "/label.nii")
            let second = try scene.copied(node)
            #expect(second.copies.copied == 1 && second.copies.found == 2)
            #expect(try scene.isRight(second.results))
            // The copies serve where the cache is slow or gone.
            for name in scene.names("entries") {
                truncate("\(scene.cache)/entries/\(name)/image.nii", 0)
            }
            let third = try scene.copied(node)
            #expect(third.copies.found == 3 && third.found == 3)
            #expect(try scene.isRight(third.results))
        }
    }

    @Test("What is not in the cache is prepared there once, and copied")
    func missing() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let node = try Node(folder)
            let first = try scene.copied(node)
            #expect(first.found == 0 && first.copies.copied == 3)
            #expect(try scene.isRight(first.results))
            #expect(try scene.run().found == 3)
        }
    }

    @Test("A folder that others made or can enter is not used, nor is one that is not there")
    func foreign() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let node = try Node(folder)
            func expectUnused(_ words: String) throws {
                let run = try scene.copied(node)
                #expect(run.copies.copied == 0 && run.copies.found == 0)
                #expect(run.copies.obstacle?.contains(words) == true, "\(run.copies)")
                #expect(try scene.isRight(run.results))
            }
            mkdir(node.home, 0o777)
            chmod(node.home, 0o755)
            try expectUnused("is no folder that is yours alone")
            if getuid() == 0 {
                chmod(node.home, 0o700)
                chown(node.home, 1234, 1234)
                try expectUnused("is no folder that is yours alone")
            }
            rmdir(node.home)
            mkdir(node.home + "-real", 0o700)
            symlink(node.home + "-real", node.home)
            try expectUnused("is no folder that is yours alone")
            unlink(node.home)
            rmdir(node.home + "-real")
            rmdir(node.disk)
            try expectUnused("cannot be made: No such file or directory")
        }
    }

    @Test(
        "Where the disk is full the cache is read, and no copy is left half",
        .enabled(if: getuid() == 0))
    func full() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder, size: 48)
            let other = try CacheScene(sharing: folder.path, count: 2, size: 47)
            let node = try Node(folder)
            // An image and its labels are 540 KiB: there is room for one, with as much again for others.
            try #require(mount("tmpfs", node.disk, "tmpfs", 0, "size=1400k") == 0)
            defer { umount2(node.disk, 2) }
            // The copies of the first give way, as no process uses them any more.
            for scene in [scene, other] {
                try scene.run()
                let run = try scene.copied(node, threads: 1)
                #expect(run.copies.copied == 1, "\(run.copies)")
                #expect(run.copies.obstacle?.contains("are free, and an image needs") == true)
                #expect(try scene.isRight(run.results) && run.found == scene.cases.count)
                #expect(node.names("partial").isEmpty && node.names("entries").count == 1)
            }
            // A disk that fills up while a case is copied.
            for name in node.names("entries") {
                try FileManager.default.removeItem(atPath: "\(node.path)/entries/\(name)")
            }
            try Data(count: 400_000).write(to: URL(filePath: node.disk + "/filler"))
            let entry = "\(scene.cache)/entries/\(scene.names("entries")[0])"
            #expect(throws: EntryError.self) {
                for copy in 0..<3 { try CacheEntry.copy(entry, to: "\(node.path)/partial/\(copy)") }
            }
        }
    }

    @Test("Processes at once copy each case once, and wait for each other")
    func several() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = try CacheScene(folder, count: 12, size: 48)
        try scene.run()
        let node = try Node(folder)
        async let one: Void = copy(folder.path)
        async let two: Void = copy(folder.path)
        _ = await (one, two)
        let counts = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("copied-") }
            .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        #expect(counts.count == 2 && counts.compactMap { Int($0) }.reduce(0, +) == 12)
        #expect(node.names("entries") == scene.names("entries"))
        for part in ["partial", "leases", "copying"] { #expect(node.names(part).isEmpty) }
    }

    private func copy(_ path: String) async {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let scene = try CacheScene(sharing: path, count: 12, size: 48)
            let run = try scene.copied(Node(URL(filePath: path)))
            guard try scene.isRight(run.results), run.found == 12 else { exit(7) }
            try "\(run.copies.copied)".write(
                toFile: "\(path)/copied-\(getpid())", atomically: true, encoding: .utf8)
        }
    }

    @Test("What a process leaves that is killed in the middle of a copy is removed by the next")
    func killed() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = try CacheScene(folder, size: 64)
        try scene.run()
        let node = try Node(folder)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let scene = try CacheScene(sharing: path, count: 3, size: 64)
            let node = try Node(URL(filePath: path))
            Thread.detachNewThread {
                while true {
                    let partial = node.names("partial")
                    if partial.contains(where: { !node.names("partial/\($0)").isEmpty }) {
                        kill(getpid(), SIGKILL)
                    }
                    usleep(20)
                }
            }
            while true {
                _ = try scene.copied(node)
                for name in node.names("entries") {
                    unlink("\(node.path)/entries/\(name)/case.json")
                }
            }
        }
        #expect(!node.names("partial").isEmpty)
        let next = try scene.copied(node)
        #expect(try scene.isRight(next.results) && next.copies.obstacle == nil)
        #expect(next.copies.copied + next.copies.found == 3 && next.copies.copied > 0)
        for part in ["partial", "leases", "copying"] { #expect(node.names(part).isEmpty) }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func temporaryFolder() throws -> URL {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}

/// The disk of a node, beside the cases of a scene.
private struct Node {
    let disk: String

    init(_ folder: URL) throws {
        disk = folder.appending(path: "node").path
        try FileManager.default.createDirectory(
            atPath: disk, withIntermediateDirectories: true)
    }

    var home: String { "\(disk)/segnas3d-\(getuid())" }
    var path: String { home + "/prepared" }

    func names(_ part: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(part)")
        return (names ?? []).sorted()
    }
}

extension CacheScene {
    /// Prepares all cases with copies on a node; how many were in the cache, and what the copies came to.
    fileprivate func copied(
        _ node: Node, threads: Int = 2
    ) throws -> (results: [PreparationResult], found: Int, copies: PreparedCache.Copies) {
        let cache = try PreparedCache(folder: cache, nodeDisk: node.disk)
        let found = Mutex(0)
        let results = try cache.prepare(cases, by: preparation, threads: threads) { progress in
            found.withLock { $0 = progress.found }
        }
        guard let copies = cache.copies else { preconditionFailure("copies were asked for") }
        return (results, found.withLock { $0 }, copies)
    }
}
