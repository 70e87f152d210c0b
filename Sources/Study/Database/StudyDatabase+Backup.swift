internal import GRDB
internal import Glibc
internal import SegNASHost

extension StudyDatabase {
    /// How many results the last backup knows; none where there is no backup that can be read.
    func tellsInBackup() -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        let copy = try? DatabaseQueue(path: folder.backup, configuration: configuration)
        let count = try? copy?.read { db in
            try Int.fetchOne(db, sql: "SELECT count(tellSerial) FROM trial")
        }
        return count ?? 0
    }

    /// Writes a whole copy beside the database, in the place of the one before.
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
