import Foundation
import GRDB
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Faults of studies on disk")
struct StudyFaultTests {
    /// A closed study of 33 trials.
    private func withStudy(_ body: (StudyFolder) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            try writeStudy(path)
            try body(StudyFolder(path))
        }
    }

    private func writeStudy(_ path: String) throws {
        let ledger = try StudyLedger(
            creating: SmallStudy.plan(seed: 1, budget: .iterations(33)), in: path)
        try ledger.run()
    }

    private func open(_ folder: StudyFolder) -> StudyError? {
        do throws(StudyError) {
            _ = try StudyLedger(opening: folder.path)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "a database that is damaged is refused, untouched, and the backup is named",
        arguments: ["garbage", "cut", "zeros"])
    func damaged(_ kind: String) throws {
        try withStudy { folder in
            #expect(open(folder) == nil)
            let file = URL(filePath: folder.database)
            var data = try Data(contentsOf: file)
            switch kind {
            case "garbage": data = Data("not a database at all".utf8)
            case "cut": data = data.prefix(data.count / 2)
            default: for index in 4096..<data.count { data[index] = 0 }
            }
            try data.write(to: file)
            let error = open(folder)
            guard case .damaged(let name, let backup, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(name == folder.database && backup == folder.backup)
            #expect(try Data(contentsOf: file) == data)
            // The way that the error shows.
            for end in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: folder.database + end)
            }
            try FileManager.default.copyItem(atPath: folder.backup, toPath: folder.database)
            let ledger = try StudyLedger(opening: folder.path)
            #expect(ledger.sampler.tellCount == 30)
            try ledger.checkInvariants()
            try ledger.run()
            #expect(ledger.sampler.tellCount == 33)
        }
    }

    @Test("sessions too short for ten results have a backup, too")
    func shortSessions() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let plan = SmallStudy.plan(seed: 1, budget: .iterations(33))
            try StudyLedger(creating: plan, in: path).run(steps: 6)
            let backup = StudyFolder(path).backup
            #expect(!FileManager.default.fileExists(atPath: backup))
            for _ in 0..<6 { try StudyLedger(opening: path).run(steps: 6) }
            #expect(FileManager.default.fileExists(atPath: backup))
        }
    }

    @Test("what is not this study, or not of this version")
    func strange() throws {
        try withStudy { folder in
            func edit(_ change: (inout [String: Any]) -> Void) throws {
                let file = URL(filePath: folder.plan)
                let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
                var plan = try #require(json as? [String: Any])
                change(&plan)
                try JSONSerialization.data(withJSONObject: plan).write(to: file)
            }
            let id = try StudyPlan(in: folder).study.uuidString
            try edit { $0["study"] = UUID().uuidString }
            #expect(open(folder) == .mixed(database: folder.database, plan: folder.plan))
            try edit {
                $0["study"] = id
                $0["schema"] = 4
            }
            #expect(open(folder) == .newer(file: folder.plan))
            try edit { $0["schema"] = 2 }
            #expect(open(folder) == nil)
            try edit {
                $0["schema"] = 1
                $0["options"] = ["--epochs": "3"]
                $0["conditions"] = nil
            }
            #expect(open(folder) == nil)
            let kept: [String: String] = try StudyPlan(in: folder).conditions.decoded()
            #expect(kept == ["--epochs": "3"])
            // A plan of another seed makes other proposals.
            try edit { plan in
                var sampler = plan["sampler"] as? [String: Any] ?? [:]
                sampler["seed"] = 2
                plan["sampler"] = sampler
            }
            #expect(open(folder) == .replay(ReplayMismatch(number: 0), file: folder.database))
            try Data("{".utf8).write(to: URL(filePath: folder.plan))
            if case .plan = open(folder) {
            } else {
                Issue.record("\(String(describing: open(folder)))")
            }
            try FileManager.default.removeItem(atPath: folder.plan)
            #expect(open(folder) == .noStudy(folder: folder.path))
            #expect(throws: StudyError.exists(folder: folder.path)) {
                try StudyLedger(creating: SmallStudy.plan(seed: 1), in: folder.path)
            }
        }
    }

    @Test("a later version's database is refused")
    func newer() throws {
        try withStudy { folder in
            let queue = try DatabaseQueue(path: folder.database)
            try queue.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('4')")
            }
            try queue.close()
            #expect(open(folder) == .newer(file: folder.database))
        }
    }

    @Test("one process at a time, and a dead one holds nothing")
    func lock() throws {
        try withStudy { folder in
            let first = try StudyLedger(opening: folder.path)
            #expect(open(folder) == .owned(.current(), folder: folder.path))
            let words = "\(StudyError.owned(.current(), folder: folder.path))"
            #expect(words.contains("process \(getpid()) on \(ProcessInfo.processInfo.hostName)"))
            #expect(try StudyStatus(of: folder.path).owner == .current())
            withExtendedLifetime(first) {}
        }
        try withStudy { folder in
            // What a killed process leaves: its name, and no lock.
            try Data(#"{"process": 1, "host": "elsewhere"}"#.utf8).write(
                to: URL(filePath: folder.lock))
            #expect(try StudyStatus(of: folder.path).owner == nil)
            #expect(open(folder) == nil)
        }
    }

    @Test("a full disk: nothing is recorded by half, and the study goes on when there is room")
    func full() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: SmallStudy.plan(seed: 3), in: path)
            try ledger.run(steps: 10)
            let pages = try ledger.database.queue.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            }
            try ledger.database.queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            #expect(throws: StudyError.diskFull(file: ledger.folder.database)) {
                try ledger.run()
            }
            try ledger.checkInvariants()
            try ledger.database.queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA max_page_count = 1000000")
            }
            try ledger.run()
            try ledger.checkInvariants()
            #expect(ledger.sampler.tellCount == 80)
        }
    }

    @Test("options that differ are named, and a budget of the same kind may be any")
    func options() {
        let plan = SmallStudy.plan(seed: 1)
        #expect(plan.differences(to: plan).isEmpty)
        let other = SmallStudy.plan(seed: 2, budget: .iterations(81), method: .random)
        #expect(
            plan.differences(to: other).map(\.description) == [
                "`sampler`: crs before, random now", "`seed`: 1 before, 2 now",
            ])
        let fewer = SmallStudy.plan(seed: 1, budget: .iterations(79))
        #expect(plan.differences(to: fewer).isEmpty)
        let effective = SmallStudy.plan(seed: 1, budget: .effectiveIterations(80))
        #expect(plan.differences(to: effective).map(\.name) == ["the budget"])
    }

    @Test("settings of SQLite: what is committed survives a power failure")
    func settings() throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "s").path)
            let settings = try ledger.database.queue.read { db in
                try ["journal_mode", "synchronous", "foreign_keys"].map {
                    try String.fetchOne(db, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["wal", "2", "1"])
        }
    }
}
