import Foundation
import Glibc
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Cache of prepared cases")
struct PreparedCacheTests {
    @Test("Cases are found again, whole and in any viewer's format")
    func secondRun() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let first = try scene.run()
            #expect(first.found == 0)
            #expect(try scene.isRight(first.results))
            let second = try scene.run()
            #expect(second.found == 3)
            #expect(try scene.isRight(second.results))
            #expect(scene.names("partial").isEmpty && scene.names("leases").isEmpty)
            let entry = "\(scene.cache)/entries/\(scene.names("entries")[0])"
            let image = try Volume(contentsOf: entry + "/image.nii")
            #expect(image.shape.prefix(3) == [16, 16, 16] && image.samples.type == .float32)
            let transforms = first.results.map(\.transform.prepared.affine.spacing)
            #expect(transforms.contains { ($0 - image.affine.spacing).length < 1e-6 })
        }
    }

    @Test("Other files, options and labels are other cases")
    func keys() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder, count: 1)
            let cache = try PreparedCache(folder: scene.cache)
            func isThere(_ subject: Dataset.Case, _ preparation: Preparation) throws -> Bool {
                try cache.prepare(subject, by: preparation).wasCached
            }
            var subject = scene.cases[0]
            #expect(try !isThere(subject, scene.preparation))
            #expect(try isThere(subject, scene.preparation))
            let copy = folder.appending(path: "renamed.nii").path
            try FileManager.default.copyItem(atPath: subject.images[0], toPath: copy)
            subject.images = [copy]
            #expect(try isThere(subject, scene.preparation))
            subject.label = nil
            #expect(try !isThere(subject, scene.preparation))
            var options = scene.preparation.options
            options.interpolation = .cubic
            #expect(try !isThere(subject, try RestoringTests.preparation(options)))
            // One bit of the image, at the same size.
            var bytes = try Data(contentsOf: URL(filePath: copy))
            bytes[bytes.count - 2] ^= 1
            try bytes.write(to: URL(filePath: copy))
            #expect(try !isThere(subject, scene.preparation))
        }
    }

    enum Damage: CaseIterable {
        case truncated, missing, recordTruncated, recordMissing, label
    }

    @Test("A damaged entry is made again", arguments: Damage.allCases)
    func damage(damage: Damage) throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            try scene.run()
            let entry = "\(scene.cache)/entries/\(scene.names("entries")[1])"
            switch damage {
            case .truncated: truncate(entry + "/image.nii", 5000)
            case .missing: unlink(entry + "/image.nii")
            case .recordTruncated: truncate(entry + "/case.json", 20)
            case .recordMissing: unlink(entry + "/case.json")
            case .label: truncate(entry + "/label.nii", 0)
            }
            let second = try scene.run()
            #expect(second.found == 2)
            #expect(try scene.isRight(second.results))
            #expect(try scene.run().found == 3)
            #expect(scene.names("partial").isEmpty)
        }
    }

    @Test("Patches of any size are cut from the same prepared image, which knows its classes")
    func patches() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let cache = try PreparedCache(folder: scene.cache)
            func prepare(_ size: SIMD3<Int>) throws -> [(
                result: PreparationResult, wasCached: Bool
            )] {
                let options = PreparationOptions(size: size, fit: .patch, spacing: .isotropic)
                let preparation = try RestoringTests.preparation(options)
                return try scene.cases.map { try cache.prepare($0, by: preparation) }
            }
            let first = try prepare([8, 8, 8])
            #expect(first.allSatisfy { !$0.wasCached })
            let second = try prepare([4, 8, 6])
            #expect(second.allSatisfy { $0.wasCached })
            for (one, other) in zip(first, second) {
                let prepared = other.result.prepared
                #expect(prepared.size == other.result.transform.map.size)
                let labels = try #require(prepared.labels)
                #expect(prepared.classVoxels == ClassVoxels(of: labels))
                #expect(prepared.classVoxels == one.result.prepared.classVoxels)
                #expect(
                    prepared.image.array(Float.self) == one.result.prepared.image.array(Float.self))
            }
            for name in scene.names("entries") {
                truncate("\(scene.cache)/entries/\(name)/classes.bin", 12)
            }
            #expect(try prepare([8, 8, 8]).allSatisfy { !$0.wasCached })
        }
    }

    @Test("What a first stage has predicted is prepared as labels are, and cached beside them")
    func firstStage() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let cache = try PreparedCache(folder: scene.cache)
            var preparation = scene.preparation
            #expect(preparation.inputs == preparation.channels.count)
            let plain = try scene.cases.map { try cache.prepare($0, by: preparation) }
            #expect(plain.allSatisfy { $0.result.prepared.firstStage == nil })
            preparation.seesFirstStage = true
            let classes = preparation.labels.foreground.count
            #expect(preparation.inputs == preparation.channels.count + classes)
            #expect(
                throws: PreparationError(
                    identifier: "case0", fault: .noFirstStage)
            ) {
                _ = try preparation.prepare(scene.cases[0])
            }
            for wasCached in [false, true] {
                for (index, subject) in scene.cases.enumerated() {
                    var subject = subject
                    subject.firstStage = subject.label
                    let found = try cache.prepare(subject, by: preparation)
                    #expect(found.wasCached == wasCached)
                    let prepared = found.result.prepared
                    let map = try #require(prepared.firstStage)
                    let labels = try #require(prepared.labels)
                    #expect(map.count == classes && prepared.inputs == preparation.inputs)
                    #expect(map.map.array(UInt8.self) == labels.array(UInt8.self))
                    #expect(
                        labels.array(UInt8.self)
                            == plain[index].result.prepared.labels?.array(UInt8.self))
                    // Another prediction is another entry.
                    subject.firstStage = scene.cases[(index + 1) % 3].label
                    #expect(
                        (try? cache.key(of: subject, preparation))
                            != (try? cache.key(of: scene.cases[index], preparation)))
                }
            }
            for name in scene.names("entries") {
                truncate("\(scene.cache)/entries/\(name)/firststage.nii", 12)
            }
            var subject = scene.cases[0]
            subject.firstStage = subject.label
            #expect(try !cache.prepare(subject, by: preparation).wasCached)
        }
    }

    @Test("Old entries make room for new ones, those in use stay")
    func limit() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder, count: 4)
            let bytes = 16 * 16 * 16 * 5 + 3000
            // Within the limit there is room for two; a process keeps all that it uses itself.
            try scene.run(limit: ByteCount(2 * bytes))
            #expect(scene.names("entries").count == 4)
            let other = try CacheScene(sharing: folder.path, count: 1, size: 12)
            let user = try PreparedCache(folder: scene.cache)
            _ = try user.prepare(scene.cases[2], by: scene.preparation)
            _ = try other.run(limit: ByteCount(2 * bytes))
            let left = scene.names("entries").count
            #expect(left == 2)
            #expect(try user.prepare(scene.cases[2], by: scene.preparation).wasCached)
            #expect(try other.run().found == 1)
        }
    }

    @Test("One broken case does not hide the others")
    func faults() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder, count: 4)
            for index in [1, 3] { truncate(scene.cases[index].images[0], 400) }
            let error = try #require(throws: PreparationErrors.self) { try scene.run() }
            #expect(error.errors.map(\.identifier) == ["case1", "case3"])
            #expect(error.concernsDataset)
            #expect(scene.names("entries").count == 2)
        }
    }

    @Test("Images that are too large are reported together, with a size for all")
    func tooLarge() throws {
        try withTemporaryFolder { folder in
            let scene = try CacheScene(folder)
            let options = PreparationOptions(size: [12, 10, 8], fit: .pad)
            let preparation = try RestoringTests.preparation(options)
            let cache = try PreparedCache(folder: scene.cache)
            let error = try #require(throws: PreparationErrors.self) {
                try cache.prepare(scene.cases, by: preparation)
            }
            #expect(error.errors.count == 3)
            #expect("\(error)".hasSuffix("\n`size` 12x11x9 holds all of them"))
        }
    }

    @Test("A file that changes is read again, one that does not is not")
    func digests() throws {
        try withTemporaryFolder { folder in
            let memory = folder.appending(path: "digests").path
            let file = folder.appending(path: "a b\tc.nii").path
            try Data("abc".utf8).write(to: URL(filePath: file))
            var times = [timespec(tv_sec: 1000, tv_nsec: 7), timespec(tv_sec: 1000, tv_nsec: 7)]
            utimensat(AT_FDCWD, file, &times, 0)
            let first = try FileDigests(file: memory).digest(of: file)
            // Remembered: only the time tells that a file has changed.
            try withUnsafeBytes(of: 0x7A) { byte in
                let handle = try #require(FileHandle(forWritingAtPath: file))
                try handle.write(contentsOf: Data(byte.prefix(1)))
                try handle.close()
            }
            utimensat(AT_FDCWD, file, &times, 0)
            #expect(try FileDigests(file: memory).digest(of: file) == first)
            times[1].tv_nsec = 8
            utimensat(AT_FDCWD, file, &times, 0)
            #expect(try FileDigests(file: memory).digest(of: file) != first)
            // A memory that is damaged is a memory lost.
            try Data("abc\n\t\t\n".utf8 + [0xFF, 0xFE]).write(to: URL(filePath: memory))
            #expect(try FileDigests(file: memory).digest(of: file) != first)
        }
    }

    @Test("A header's digest is that of its partner too")
    func partners() throws {
        try withTemporaryFolder { folder in
            let header = folder.appending(path: "a.hdr").path
            let partner = folder.appending(path: "a.img")
            try Data("header".utf8).write(to: URL(filePath: header))
            try Data("one".utf8).write(to: partner)
            let digests = FileDigests(file: folder.appending(path: "digests").path)
            let first = try digests.digest(of: header)
            try Data("two".utf8).write(to: partner)
            #expect(try digests.digest(of: header) != first)
            #expect(try digests.digest(of: folder.path) != first)
        }
    }

    @Test("Where the cache lies, and what is said where it cannot")
    func folders() throws {
        #expect(
            try CacheFolder.standard(environment: ["HOME": "/h"])
                == "/h/.cache/segnas3d/prepared")
        #expect(
            try CacheFolder.standard(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/x"])
                == "/x/segnas3d/prepared")
        #expect(throws: CacheError.noFolder) {
            try CacheFolder.standard(environment: ["XDG_CACHE_HOME": "relative"])
        }
        #expect("\(CacheError.noFolder)".contains("`cache`"))
        let error = #expect(throws: CacheError.self) {
            try PreparedCache(folder: "/proc/nothing/cache")
        }
        #expect(
            "\(try #require(error))".hasPrefix(
                "prepared cases cannot be kept in /proc/nothing/cache: "))
        #expect("\(try #require(error))".contains("`cache`"))
    }
}
