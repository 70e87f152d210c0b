import Foundation
import GRDB
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

/// Studies that were copied without all that belongs to them.
@Suite("Copied studies")
struct StudyRecoveryTests {
    /// Calls a body with a study of 25 proposals that a search has gone through, and with what it came to.
    private func withStudy(
        _ body: (StudyFolder, StudyPlan, _ summary: [String]) throws -> Void
    ) throws {
        try withTemporaryFolder { url in
            let plan = SmallStudy.plan(seed: 1, budget: .iterations(25))
            let path = url.appending(path: "study").path
            var summary: [String] = []
            do {
                let ledger = try StudyLedger(creating: plan, in: path)
                try search(ledger, FakeCluster())
                summary = try ledger.summary()
            }
            try body(StudyFolder(path), plan, summary)
        }
    }

    private func search(_ ledger: StudyLedger, _ cluster: FakeCluster) throws {
        let coordinator = try Coordinator(
            ledger, launcher: cluster, options: CoordinatorOptions(), check: SmallStudy.check,
            now: 0)
        for _ in 0..<10_000 {
            guard try coordinator.step(now: cluster.now) != nil else { return }
            try cluster.advance(by: 20)
        }
        Issue.record("the search does not end")
    }

    private func remove(_ paths: String...) throws {
        for path in paths where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// The database of a study with fewer results, as in a copy of its file without the log.
    private func putBack(_ folder: StudyFolder, results: Int) throws {
        try withTemporaryFolder { url in
            let ledger = try StudyLedger(
                creating: try StudyPlan(in: folder), in: url.appending(path: "old").path)
            let cluster = FakeCluster()
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: CoordinatorOptions(), check: SmallStudy.check,
                now: 0)
            while ledger.sampler.tellCount < results {
                _ = try coordinator.step(now: cluster.now)
                try cluster.advance(by: 20)
            }
            try ledger.database.backUp()
            try remove(folder.database, folder.log, folder.database + "-shm")
            try FileManager.default.copyItem(
                atPath: ledger.folder.backup, toPath: folder.database)
        }
    }

    @Test(
        "a database that is gone or holds nothing is made again from the results: nothing is trained again",
        arguments: [nil, 0, 4096])
    func lost(_ size: Int?) throws {
        try withStudy { folder, plan, summary in
            try remove(folder.database, folder.log, folder.database + "-shm", folder.backup)
            if let size {
                // A database without a table, as SQLite writes one in a log's mode.
                let page = size == 0 ? Data() : try emptyDatabase()
                try page.write(to: URL(filePath: folder.database))
            }
            #expect(throws: StudyError.empty(file: folder.database)) {
                _ = try StudyStatus(of: folder.path)
            }
            let ledger = try StudyLedger(opening: folder.path)
            #expect(ledger.recovery == .results)
            let cluster = FakeCluster()
            try search(ledger, cluster)
            #expect(cluster.starts.isEmpty)
            #expect(try ledger.summary() == summary)
        }
    }

    private func emptyDatabase() throws -> Data {
        try withTemporaryFolder { url in
            let folder = StudyFolder(url.path)
            let database = try StudyDatabase.create(in: folder, study: UUID())
            try database.queue.writeWithoutTransaction { db in
                for name in ["stage", "epoch", "attempt", "trial", "study", "grdb_migrations"] {
                    try db.execute(sql: "DROP TABLE \(name)")
                }
                try db.execute(sql: "VACUUM")
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            return try Data(contentsOf: URL(filePath: folder.database))
        }
    }

    @Test("a database older than its backup gives way to it, and is kept")
    func olderThanBackup() throws {
        try withStudy { folder, plan, summary in
            try putBack(folder, results: 3)
            let old = try Data(contentsOf: URL(filePath: folder.database))
            let ledger = try StudyLedger(opening: folder.path)
            #expect(ledger.recovery == .backup(before: folder.database + ".old"))
            #expect(try Data(contentsOf: URL(filePath: folder.database + ".old")) == old)
            #expect(ledger.sampler.tellCount >= 10)
            let cluster = FakeCluster()
            try search(ledger, cluster)
            #expect(cluster.starts.isEmpty)
            #expect(try ledger.summary() == summary)
        }
    }

    @Test("a database that is older than the trials' results takes them from their files")
    func olderThanResults() throws {
        try withStudy { folder, plan, summary in
            try putBack(folder, results: 3)
            try remove(folder.backup)
            let ledger = try StudyLedger(opening: folder.path)
            #expect(ledger.recovery == nil && ledger.sampler.tellCount < 10)
            let cluster = FakeCluster()
            try search(ledger, cluster)
            #expect(cluster.starts.isEmpty)
            #expect(try ledger.summary() == summary)
        }
    }

    @Test("a log of another study is named, and left alone")
    func foreignLog() throws {
        try withStudy { folder, plan, _ in
            try withTemporaryFolder { url in
                // Open: its log is not merged.
                let other = try StudyLedger(
                    creating: SmallStudy.plan(seed: 2, budget: .iterations(25)),
                    in: url.appending(path: "other").path)
                try search(other, FakeCluster())
                try remove(folder.log, folder.database + "-shm")
                try FileManager.default.copyItem(atPath: other.folder.log, toPath: folder.log)
                let log = try Data(contentsOf: URL(filePath: folder.log))
                #expect(throws: StudyError.foreignLog(folder.log)) {
                    _ = try StudyLedger(opening: folder.path)
                }
                #expect(try Data(contentsOf: URL(filePath: folder.log)) == log)
                try remove(folder.log, folder.database + "-shm")
                #expect(try StudyLedger(opening: folder.path).sampler.tellCount == 25)
            }
        }
    }

    @Test("the lock of a copy names who works on the original")
    func formerOwner() throws {
        try withTemporaryFolder { url in
            let path = url.appending(path: "study").path
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1, budget: .iterations(5)), in: path)
            #expect(ledger.formerOwner == nil)
            let copy = url.appending(path: "copy").path
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let other = try StudyLedger(opening: copy)
            #expect(other.formerOwner == .current() && other.formerOwner?.isThere == true)
            withExtendedLifetime(ledger) {}
        }
    }
}
