internal import GRDB
internal import SegNASSearch

/// An order of a ladder: the training of a trial to a rung, and what came of it.
package struct Stage: Hashable, Sendable {
    package let trial: Int
    /// The epochs to which it is trained.
    package let epochs: Int
    /// The number of orders before it, and of the reports that these had seen.
    let orderSerial: Int
    let reportsSeen: Int
    package internal(set) var report: Reported?

    package struct Reported: Hashable, Sendable {
        /// The number of reports before it.
        package let serial: Int
        package let value: Double
        /// Nil if it has none.
        package let dice: Double?
        /// False if nothing was trained.
        package let isTrained: Bool
    }

    init(trial: Int, epochs: Int, orderSerial: Int, reportsSeen: Int) {
        self.trial = trial
        self.epochs = epochs
        self.orderSerial = orderSerial
        self.reportsSeen = reportsSeen
    }

    init(_ row: Row) {
        self.init(
            trial: row["trial"], epochs: row["epochs"], orderSerial: row["orderSerial"],
            reportsSeen: row["reportsSeen"])
        if let serial: Int = row["tellSerial"] {
            report = Reported(
                serial: serial, value: row["value"], dice: row["dice"],
                isTrained: row["isTrained"])
        }
    }

    /// All stages in the order of their orders.
    static func all(in db: Database) throws -> [Stage] {
        // Studies of earlier versions are read as they are.
        guard try db.tableExists("stage") else { return [] }
        return try Row.fetchAll(db, sql: "SELECT * FROM stage ORDER BY orderSerial").map(Stage.init)
    }

    /// The first stage of a trial; nil without a ladder.
    static func first(of trial: Int, in db: Database) throws -> Stage? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM stage WHERE trial = ? ORDER BY epochs LIMIT 1",
            arguments: [trial]
        ).map(Stage.init)
    }

    /// The epochs of all trials' trainings.
    static func epochsTrained(in db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT coalesce(sum(reached), 0) FROM
                    (SELECT max(epochs) AS reached FROM stage WHERE isTrained = 1 GROUP BY trial)
                """) ?? 0
    }

    /// A row for a new order.
    func insert(into db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO stage (trial, epochs, orderSerial, reportsSeen) VALUES (?, ?, ?, ?)
                """, arguments: [trial, epochs, orderSerial, reportsSeen])
    }

    /// Records what came of the open stage of a trial.
    static func report(_ report: Reported, of trial: Int, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE stage SET value = ?, dice = ?, isTrained = ?, tellSerial = ?
                WHERE trial = ? AND tellSerial IS NULL
                """,
            arguments: [report.value, report.dice, report.isTrained, report.serial, trial])
        guard db.changesCount == 1 else { throw RowFault(trial: trial, column: "stage") }
    }
}

extension SchedulerRecord {
    /// Reads the record of a ladder, or of a study whose trials are all trained to the end.
    init(_ db: Database, hasRungs: Bool) throws {
        let sampled = try SamplerRecord(db, hasValues: !hasRungs)
        guard hasRungs else {
            self.init(
                orders: sampled.proposals.map { (.begin($0, epochs: nil), $0.tellsSeen) },
                reports: sampled.values.map { Report(number: $0.number, value: $0.value) })
            return
        }
        var begun: Set<Int> = []
        let stages = try Stage.all(in: db)
        let orders = try stages.map { stage -> (order: Order, reportsSeen: Int) in
            guard begun.insert(stage.trial).inserted else {
                return (.resume(number: stage.trial, epochs: stage.epochs), stage.reportsSeen)
            }
            guard sampled.proposals.indices.contains(stage.trial) else {
                throw RowFault(trial: stage.trial, column: "stage")
            }
            let proposal = sampled.proposals[stage.trial]
            return (.begin(proposal, epochs: stage.epochs), stage.reportsSeen)
        }
        let reported = stages.compactMap { stage in stage.report.map { (stage.trial, $0) } }
            .sorted { $0.1.serial < $1.1.serial }
        for (index, (trial, report)) in reported.enumerated() where report.serial != index {
            throw RowFault(trial: trial, column: "tellSerial")
        }
        self.init(
            orders: orders,
            reports: reported.map {
                Report(number: $0, value: $1.value, isTrained: $1.isTrained)
            })
    }
}
