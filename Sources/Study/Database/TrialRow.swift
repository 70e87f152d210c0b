internal import FoundationEssentials
internal import GRDB
internal import SegNASHost
internal import SegNASSearch

// How trials stand in rows of the database.

extension Proposal {
    init(_ row: Row) throws {
        let number: Int = row["number"]
        let text: String = row["origin"]
        let parent: Int? = row["parent"]
        let origin: Origin? =
            switch text {
            case "given": .given
            case "uniform": .uniform
            case "reflection": .reflection
            case "mutation": parent.map { .mutation(of: $0) }
            default:
                try (row["scales"] as String?).map {
                    .model(try JSONDocument.parse($0, as: ProcessScales.self))
                }
            }
        guard let origin else { throw RowFault(trial: number, column: "origin") }
        self.init(
            number: number, origin: origin, point: coordinates(row["point"]),
            tellsSeen: row["tellsSeen"])
    }

    var originName: String {
        switch origin {
        case .given: "given"
        case .uniform: "uniform"
        case .reflection: "reflection"
        case .mutation: "mutation"
        case .model: "model"
        }
    }

    /// The scales of the model that made it, as JSON.
    var scalesText: String? {
        get throws {
            guard case .model(let scales) = origin else { return nil }
            return try JSONDocument.text(of: scales, .line)
        }
    }

    var parent: Int? {
        guard case .mutation(let parent) = origin else { return nil }
        return parent
    }

    var pointData: Data {
        point.withUnsafeBytes { Data($0) }
    }
}

/// The coordinates in a blob of little-endian numbers.
private func coordinates(_ data: Data) -> [Double] {
    data.withUnsafeBytes { bytes in
        (0..<bytes.count / 8).map { index in
            let bits = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
            return Double(bitPattern: UInt64(littleEndian: bits))
        }
    }
}

/// An error for a row that holds what this program never writes.
struct RowFault: Error, CustomStringConvertible {
    var trial: Int
    var column: String

    var description: String { "trial \(trial) has an unknown \(column)" }
}

extension Trial {
    init(_ row: Row) throws {
        let proposal = try Proposal(row)
        let hyperparameters = try JSONDocument.parse(
            row["hyperparameters"], as: [Hyperparameter: HyperparameterValue].self)
        let architecture = try Architecture(json: row["architecture"])
        self.init(
            proposal: proposal, architecture: architecture, hyperparameters: hyperparameters,
            key: ResultKey(architecture, hyperparameters: hyperparameters),
            cost: (row["parameters"] as Int?).map { parameters in
                TrialCost(
                    parameters: parameters, operations: row["operations"],
                    memory: (row["memory"] as Int64?).map { ByteCount($0) })
            },
            status: try Status(row), tellSerial: row["tellSerial"], value: row["value"])
    }

    /// A row for a new trial.
    func insert(into db: Database) throws {
        let columns = status.columns
        let hyperparameters = try JSONDocument.text(of: hyperparameters, .line)
        try db.execute(
            sql: """
                INSERT INTO trial (number, origin, parent, scales, tellsSeen, point, architecture, hyperparameters,
                    key, parameters, operations, memory, state, waitsFor, source, dice, reason, shortage, bytesNeeded,
                    bytesAllowed, value, tellSerial, endedAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    iif(?, \(StudySchema.now), NULL))
                """,
            arguments: [
                number, proposal.originName, proposal.parent, proposal.scalesText,
                proposal.tellsSeen, proposal.pointData, architecture.json, hyperparameters,
                key.text, cost?.parameters, cost?.operations,
                cost?.memory.map { Int64(clamping: $0.bytes) },
            ] + columns + [value, tellSerial, state.isEnd])
    }

    /// Updates the row to the trial's status; the database refuses a step that a trial may not take.
    func update(in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE trial SET (state, waitsFor, source, dice, reason, shortage, bytesNeeded, bytesAllowed, value,
                    tellSerial, endedAt) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, iif(?, \(StudySchema.now), NULL))
                WHERE number = ?
                """,
            arguments: status.columns
                + [value, tellSerial, state.isEnd, number])
    }
}

extension Trial.Status {
    /// The values of state, waitsFor, source, dice, reason, shortage, bytesNeeded and bytesAllowed.
    fileprivate var columns: StatementArguments {
        var (waitsFor, source, reason) = (Int?.none, Int?.none, String?.none)
        var (dice, shortage) = (Double?.none, MemoryShortage?.none)
        switch self {
        case .queued(let leader): waitsFor = leader
        case .running: break
        case .paused(let reached): dice = reached
        case .ended(let end):
            dice = end.dice
            switch end {
            case .completed, .stopped: break
            case .cached(let from, _): source = from
            case .illegal(let text), .failed(let text): reason = text
            case .outOfMemory(let memory): shortage = memory
            }
        }
        return [
            state.rawValue, waitsFor, source, dice, reason, shortage?.kind.rawValue,
            shortage.map { Int64(clamping: $0.needed) }, shortage.map { Int64(clamping: $0.limit) },
        ]
    }

    fileprivate init(_ row: Row) throws {
        let fault = RowFault(trial: row["number"], column: "state")
        guard let state = TrialState(rawValue: row["state"]) else { throw fault }
        let dice: Double? = row["dice"]
        switch state {
        case .queued: self = .queued(waitingFor: row["waitsFor"])
        case .running: self = .running
        case .completed, .paused, .stopped:
            guard let dice else { throw fault }
            self =
                state == .paused
                ? .paused(dice: dice)
                : .ended(state == .completed ? .completed(dice: dice) : .stopped(dice: dice))
        case .cached: self = .ended(.cached(from: row["source"], dice: dice))
        case .illegal: self = .ended(.illegal(reason: row["reason"]))
        case .failed: self = .ended(.failed(reason: row["reason"]))
        case .outOfMemory:
            guard let kind = MemoryShortage.Kind(rawValue: row["shortage"]) else { throw fault }
            self = .ended(
                .outOfMemory(
                    MemoryShortage(
                        kind, needed: ByteCount(row["bytesNeeded"] as Int64),
                        limit: ByteCount(row["bytesAllowed"] as Int64))))
        }
    }
}

extension Attempt {
    init(_ row: Row) throws {
        let handle: String? = row["handle"]
        var state = handle.map { State.launched(JobHandle($0)) } ?? .submitting
        if let text: String = row["reason"] {
            guard let reason = AttemptEnd.Reason(rawValue: text) else {
                throw RowFault(trial: row["trial"], column: "reason")
            }
            state = .ended(
                AttemptEnd(
                    reason, hasProgressed: row["hasProgressed"], lastLines: row["lastLines"]))
        }
        self.init(trial: row["trial"], number: row["number"], state: state, slot: row["slot"])
    }

    func insert(into db: Database) throws {
        try db.execute(
            sql: "INSERT INTO attempt (trial, number, slot) VALUES (?, ?, ?)",
            arguments: [trial, number, slot])
    }

    /// Records its end, once; the time is in seconds since 1970, nil for now.
    func end(_ end: AttemptEnd, at time: Double?, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE attempt SET reason = ?, counts = ?, hasProgressed = ?, lastLines = ?,
                    endedAt = max(submittedAt, min(coalesce(?, \(StudySchema.now)), \(StudySchema.now)))
                WHERE trial = ? AND number = ? AND reason IS NULL
                """,
            arguments: [
                end.reason.rawValue, end.counts, end.hasProgressed, end.lastLines, time, trial,
                number,
            ])
        guard db.changesCount == 1 else {
            throw StudyError.transition(trial: trial, from: .running, to: .running)
        }
    }
}

extension TrialEpoch {
    func insert(into db: Database, trial: Int) throws {
        try db.execute(
            sql: """
                INSERT INTO epoch (trial, epoch, loss, dice, dicePerLabel, seconds) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                trial, epoch, loss, dice,
                try JSONDocument.text(of: dicePerLabel, .line), seconds,
            ])
    }
}
