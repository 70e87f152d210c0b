internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import SegNASHost

/// The way in which a database without its log was recovered.
public enum StudyRecovery: Hashable, Sendable {
    /// It was older than its backup, which replaced it; the path of the old one.
    case backup(before: String?)
    /// It held nothing, and there is no backup: trials are proposed again, and their results taken from their files.
    case results
}

extension StudyDatabase {
    /// Recovers a database that was copied without its log; one that is whole or damaged is left alone.
    ///
    /// - Returns: What was done; nil if nothing was.
    static func recover(_ folder: StudyFolder, study: UUID) throws(StudyError) -> StudyRecovery? {
        // With the log beside it everything is there.
        guard size(of: folder.log) == 0 else { return nil }
        let backup = contents(of: folder.backup)
        let copied: Int? =
            if case .results(let count, of: study.uuidString) = backup { count } else { nil }
        switch contents(of: folder.database) {
        case .nothing:
            unlink(folder.database)
            guard copied != nil else {
                _ = try create(in: folder, study: study)
                return .results
            }
            try restore(folder)
            return .backup(before: nil)
        case .results(let count, of: study.uuidString) where copied ?? 0 > count:
            let old = folder.database + ".old"
            guard rename(folder.database, old) == 0 else {
                throw .file(old, reason: "\(SystemFailure.last)")
            }
            try restore(folder)
            return .backup(before: old)
        default: return nil
        }
    }

    /// True if there is no database, or one without tables, and no log that holds them.
    static func isEmpty(_ folder: StudyFolder) -> Bool {
        size(of: folder.log) == 0 && contents(of: folder.database) == .nothing
    }

    /// True if a database is whole as long as the log beside it is ignored.
    static func isWholeWithoutLog(_ folder: StudyFolder, study: UUID) -> Bool {
        guard size(of: folder.log) > 0 else { return false }
        let answers = try? immutable(folder.database) { db in
            (
                try String.fetchOne(db, sql: "SELECT id FROM study"),
                try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
            )
        }
        return answers?.0 == study.uuidString && answers?.1 == ["ok"]
    }

    private enum Contents: Equatable {
        case nothing
        /// The number of results, and their study.
        case results(Int, of: String)
        case unknown
    }

    /// The contents of a database without its log.
    private static func contents(of path: String) -> Contents {
        guard size(of: path) > 0 else { return .nothing }
        let contents = try? immutable(path) { db -> Contents in
            guard try db.tableExists("study") else {
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
                return count == 0 ? .nothing : .unknown
            }
            guard let id = try String.fetchOne(db, sql: "SELECT id FROM study") else {
                return .nothing
            }
            return .results(
                try Int.fetchOne(db, sql: "SELECT count(tellSerial) FROM trial") ?? 0, of: id)
        }
        return contents ?? .unknown
    }

    private static func immutable<Result>(
        _ path: String, _ body: (Database) throws -> Result
    ) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = true
        let file = URL(filePath: path).absoluteString + "?immutable=1"
        return try DatabaseQueue(path: file, configuration: configuration).read(body)
    }

    private static func restore(_ folder: StudyFolder) throws(StudyError) {
        do throws(SystemFailure) {
            let copy = try AtomicFile(path: folder.database)
            let backup = try MappedFile(path: folder.backup)
            try withExtendedLifetime(backup) { () throws(SystemFailure) in
                try copy.append(UnsafeRawBufferPointer(backup.bytes))
            }
            try copy.publish()
        } catch {
            throw .file(folder.database, reason: "cannot be made of the backup: \(error)")
        }
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

extension StudyFolder {
    /// The write-ahead log: what was written last, and is not in the database's file yet.
    var log: String { database + "-wal" }
}

extension StudyDatabase {
    /// The number of results in the last backup; 0 without a readable backup.
    func resultsInBackup() -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        let copy = try? DatabaseQueue(path: folder.backup, configuration: configuration)
        let count = try? copy?.read { db in
            try Int.fetchOne(db, sql: "SELECT count(tellSerial) FROM trial")
        }
        return count ?? 0
    }

    /// Writes a whole copy beside the database, replacing the previous one.
    func backUp() throws(StudyError) {
        let partial = folder.backup + ".partial"
        unlink(partial)
        try naming(folder) {
            let copy = try DatabaseQueue(path: partial)
            try queue.backup(to: copy)
            // One file alone: the copy must not need a log beside it.
            try copy.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
        do throws(SystemFailure) {
            try AtomicFile.replace(folder.backup, with: partial)
        } catch {
            throw .file(folder.backup, reason: "\(error)")
        }
    }
}
