import Foundation
import SegNASHost
import SegNASImaging
import Synchronization
import TestSupport

@testable import SegNASDatasets

/// A few cases on disk and a folder for their cache.
struct CacheScene {
    let folder: URL
    let cases: [Dataset.Case]
    let preparation: Preparation

    var cache: String { folder.appending(path: "cache").path }

    init(_ folder: URL, count: Int = 3, size: Int = 16) throws {
        var files = PreparationFiles(folder)
        self.folder = folder
        cases = try (0..<count).map { try files.subject("case\($0)", size: [9, 11, 7 + $0]) }
        preparation = try RestoringTests.preparation(
            PreparationOptions(size: SIMD3(repeating: size)))
    }

    /// The scene of another process.
    init(sharing folder: String, count: Int, size: Int) throws {
        self.folder = URL(filePath: folder)
        cases = (0..<count).map { index in
            Dataset.Case(
                identifier: "case\(index)", images: ["\(folder)/case\(index)_0000.nii"],
                label: "\(folder)/case\(index).nii")
        }
        preparation = try RestoringTests.preparation(
            PreparationOptions(size: SIMD3(repeating: size)))
    }

    /// Prepares all cases with a separate cache and returns how many were there.
    @discardableResult
    func run(limit: ByteCount? = nil) throws -> (results: [PreparationResult], found: Int) {
        let cache = try PreparedCache(folder: cache, limit: limit)
        let found = Mutex(0)
        let results = try cache.prepare(cases, by: preparation, threads: 2) { progress in
            found.withLock { $0 = progress.found }
        }
        return (results, found.withLock { $0 })
    }

    func names(_ part: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(cache)/\(part)")
        return (names ?? []).sorted()
    }

    /// True if cached cases are those prepared without a cache.
    func isRight(_ results: [PreparationResult]) throws -> Bool {
        try zip(cases, results).allSatisfy { subject, result in
            let direct = try preparation.prepare(subject)
            return result.transform == direct.transform
                && result.prepared.identifier == subject.identifier
                && result.prepared.image.array(Float.self)
                    == direct.prepared.image.array(Float.self)
                && result.prepared.labels?.array(UInt8.self)
                    == direct.prepared.labels?.array(UInt8.self)
        } && results.count == cases.count
    }
}
