internal import GRDB
internal import SegNASSearch

extension Trial {
    static func find(_ number: Int, in db: Database) throws -> Trial {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM trial WHERE number = ?", arguments: [number])
        guard let row else { throw RowFault(trial: number, column: "number") }
        return try Trial(row)
    }

    static func all(_ condition: String, _ arguments: StatementArguments, in db: Database) throws
        -> [Trial]
    {
        try Row.fetchAll(
            db, sql: "SELECT * FROM trial WHERE \(condition) ORDER BY number", arguments: arguments
        ).map(Trial.init)
    }

    /// Writes it, new or changed.
    func save(in db: Database) throws {
        let isKnown = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT * FROM trial WHERE number = ?)", arguments: [number])
        if isKnown == true { try update(in: db) } else { try insert(into: db) }
    }

    static func counts(in db: Database) throws -> [TrialState: Int] {
        var counts: [TrialState: Int] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT state, count(*) AS count FROM trial GROUP BY state")
        {
            guard let state = TrialState(rawValue: row["state"]) else { continue }
            counts[state] = row["count"]
        }
        return counts
    }

    /// The number of results reported after the first `count`, and of those among them that cost a training.
    static func reported(after count: Int, in db: Database) throws -> (all: Int, trained: Int) {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS tells, count(CASE WHEN state IN ('completed', 'failed') THEN 1 END) AS trained
                FROM trial WHERE tellSerial >= ?
                """, arguments: [count])
        return (row?["tells"] ?? 0, row?["trained"] ?? 0)
    }
}

extension SamplerRecord {
    init(_ db: Database) throws {
        var record = SamplerRecord(proposals: [], values: [])
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, origin, parent, scales, tellsSeen, point FROM trial ORDER BY number
                """)
        while let row = try rows.next() { record.proposals.append(try Proposal(row)) }
        let tells = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, value, tellSerial FROM trial WHERE tellSerial IS NOT NULL ORDER BY tellSerial
                """)
        while let row = try tells.next() {
            let serial: Int = row["tellSerial"]
            guard serial == record.values.count else {
                throw RowFault(trial: row["number"], column: "tellSerial")
            }
            record.values.append((row["number"], row["value"]))
        }
        self = record
    }
}
