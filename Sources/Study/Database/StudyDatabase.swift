internal import FoundationEssentials
internal import GRDB
internal import SegNASHost

/// A study's SQLite database, opened by the one process that owns the study, or for reading by others.
///
/// What is committed survives the death of the process and, as every commit reaches the disk, a power failure.
struct StudyDatabase {
    let folder: StudyFolder
    let queue: DatabaseQueue

    /// Makes the database of a new study.
    static func create(in folder: StudyFolder, study: UUID) throws(StudyError) -> StudyDatabase {
        try naming(folder) {
            let queue = try DatabaseQueue(
                path: folder.database, configuration: configuration(for: folder))
            try StudySchema.migrator.migrate(queue)
            try queue.write { db in
                try db.execute(
                    sql: "INSERT INTO study (id) VALUES (?)", arguments: [study.uuidString])
            }
            return StudyDatabase(folder: folder, queue: queue)
        }
    }

    /// Opens the database of a study; one that is damaged is left as it is.
    static func open(_ folder: StudyFolder, study: UUID) throws(StudyError) -> StudyDatabase {
        // Looked at without writing first: opening for writing would already change a damaged file.
        do {
            _ = try read(folder, study: study, thoroughly: true)
        } catch  where isWholeWithoutLog(folder, study: study) {
            throw .foreignLog(folder.log)
        }
        return try naming(folder) {
            let queue = try DatabaseQueue(
                path: folder.database, configuration: configuration(for: folder))
            try StudySchema.migrator.migrate(queue)
            return StudyDatabase(folder: folder, queue: queue)
        }
    }

    /// Opens it for reading, also while its owner writes.
    ///
    /// - Parameters:
    ///   - folder: The folder of the study.
    ///   - study: The study that it must belong to.
    ///   - thoroughly: True to check every page.
    /// - Returns: The database, which refuses to be written.
    /// - Throws: ``StudyError`` if it is damaged, newer than this program, or another study's.
    static func read(
        _ folder: StudyFolder, study: UUID, thoroughly: Bool = false
    ) throws(StudyError) -> StudyDatabase {
        guard !isEmpty(folder) else { throw .empty(file: folder.database) }
        try checkHeader(folder)
        let database = StudyDatabase(
            folder: folder, queue: try naming(folder) { try reader(of: folder) })
        let (isNewer, id, faults) = try naming(folder) {
            try database.queue.read { db in
                (
                    try StudySchema.migrator.hasBeenSuperseded(db),
                    try String.fetchOne(db, sql: "SELECT id FROM study"),
                    thoroughly ? try String.fetchAll(db, sql: "PRAGMA quick_check(1)") : ["ok"]
                )
            }
        }
        guard !isNewer else { throw .newer(file: folder.database) }
        guard faults == ["ok"] else { throw folder.damage(faults.first ?? "unknown") }
        guard id == study.uuidString else {
            throw .mixed(database: folder.database, plan: folder.plan)
        }
        return database
    }

    private static func reader(of folder: StudyFolder) throws -> DatabaseQueue {
        var configuration = configuration(for: folder)
        configuration.readonly = true
        func open(_ path: String) throws -> DatabaseQueue {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            return queue
        }
        do {
            return try open(folder.database)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // Even reading makes a log, which is not possible in a read-only folder. Without a log there is no writer.
            guard !FileManager.default.fileExists(atPath: folder.log) else {
                throw error
            }
            return try open(URL(filePath: folder.database).absoluteString + "?immutable=1")
        }
    }

    /// Runs a transaction.
    func write<Result>(_ body: (Database) throws -> Result) throws(StudyError) -> Result {
        try naming(folder) { try queue.write(body) }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws(StudyError) -> Result {
        try naming(folder) { try queue.read(body) }
    }

    private static func configuration(for folder: StudyFolder) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        // Shared memory, which a write-ahead log needs, does not reach other machines.
        let journal = FileSystem.isRemote(folder.path) ? "DELETE" : "WAL"
        configuration.prepareDatabase { db in
            if !db.configuration.readonly {
                try db.execute(sql: "PRAGMA journal_mode = \(journal)")
            }
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// Finds garbage and truncated files without SQLite, which might change them.
    private static func checkHeader(_ folder: StudyFolder) throws(StudyError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: folder.database)
        } catch {
            throw .file(folder.database, reason: "cannot be read: \(error)")
        }
        let bytes = file.bytes
        guard bytes.count >= 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw folder.damage("it is no SQLite database")
        }
        let stored = Int(bytes[16]) << 8 | Int(bytes[17])
        let pageSize = stored == 1 ? 65_536 : stored
        let pages = bytes[28..<32].reduce(0) { $0 << 8 | Int($1) }
        // A log that was not merged yet may hold the rest.
        let log = (try? MappedFile(path: folder.log))?.bytes.count ?? 0
        guard log > 0 || pages * pageSize <= bytes.count else {
            throw folder.damage("it is cut short: \(bytes.count) bytes of \(pages * pageSize)")
        }
    }
}

extension StudyFolder {
    func damage(_ reason: String) -> StudyError {
        let hasBackup = FileManager.default.fileExists(atPath: backup)
        return .damaged(file: database, backup: hasBackup ? backup : nil, reason: reason)
    }
}

/// Turns SQLite's errors into those of studies.
func naming<Result>(_ folder: StudyFolder, _ body: () throws -> Result) throws(StudyError) -> Result
{
    do {
        return try body()
    } catch let error as StudyError {
        throw error
    } catch let error as DatabaseError {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: throw folder.damage(error.message ?? "unreadable")
        case .SQLITE_FULL: throw .diskFull(file: folder.database)
        default: throw .file(folder.database, reason: error.message ?? "\(error.resultCode)")
        }
    } catch {
        throw .file(folder.database, reason: "\(error)")
    }
}
