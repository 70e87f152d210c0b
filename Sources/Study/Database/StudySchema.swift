internal import GRDB

/// The tables of a study's database.
///
/// It forbids what the state machine of trials forbids, so that no mistake elsewhere can record it.
enum StudySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            for statement in [study, trial("trial"), attempt, epoch, openAttempt] + trialTriggers {
                try db.execute(sql: statement)
            }
        }
        // Proposals of a model, with its scales, and multiply-adds.
        migrator.registerMigration("2", migrate: rebuildTrials)
        return migrator
    }

    /// Moves all trials to a table as it is made now: SQLite cannot change the checks of one that exists.
    private static func rebuildTrials(_ db: Database) throws {
        let columns = try db.columns(in: "trial").map(\.name).joined(separator: ", ")
        let steps = [
            trial("newTrial"), "INSERT INTO newTrial (\(columns)) SELECT \(columns) FROM trial",
            "DROP TABLE trial", "ALTER TABLE newTrial RENAME TO trial",
        ]
        for statement in steps + trialTriggers { try db.execute(sql: statement) }
    }

    /// Seconds since 1970, in SQL that old versions of SQLite know.
    static let now = "((julianday('now') - 2440587.5) * 86400)"

    /// One row: the study that the database belongs to.
    private static let study = """
        CREATE TABLE study (id TEXT NOT NULL PRIMARY KEY) STRICT
        """

    /// Points are 64-bit numbers, little-endian: every bit of them counts.
    private static func trial(_ name: String) -> String {
        """
        CREATE TABLE \(name) (
            number INTEGER PRIMARY KEY CHECK (number >= 0),
            origin TEXT NOT NULL CHECK (origin IN ('given', 'uniform', 'reflection', 'mutation', 'model')),
            parent INTEGER REFERENCES trial (number),
            scales TEXT,
            tellsSeen INTEGER NOT NULL,
            point BLOB NOT NULL,
            architecture TEXT NOT NULL,
            hyperparameters TEXT NOT NULL,
            key TEXT NOT NULL,
            parameters INTEGER,
            operations INTEGER,
            memory INTEGER,
            state TEXT NOT NULL CHECK (state IN
                ('queued', 'running', 'completed', 'cached', 'illegal', 'outOfMemory', 'failed')),
            waitsFor INTEGER REFERENCES trial (number),
            source INTEGER REFERENCES trial (number),
            dice REAL CHECK (dice BETWEEN 0 AND 1),
            reason TEXT,
            shortage TEXT CHECK (shortage IN ('predicted', 'real')),
            bytesNeeded INTEGER,
            bytesAllowed INTEGER,
            value REAL,
            tellSerial INTEGER UNIQUE,
            askedAt REAL NOT NULL DEFAULT \(now),
            endedAt REAL,
            CHECK ((origin = 'mutation') = (parent IS NOT NULL)),
            CHECK ((origin = 'model') = (scales IS NOT NULL)),
            CHECK ((state IN ('queued', 'running')) = (endedAt IS NULL)),
            CHECK (waitsFor IS NULL OR (state = 'queued' AND waitsFor <> number)),
            CHECK ((memory IS NULL AND operations IS NULL) OR parameters IS NOT NULL),
            CHECK ((state = 'cached') = (source IS NOT NULL)),
            CHECK (source IS NULL OR source <> number),
            CHECK (state <> 'completed' OR dice IS NOT NULL),
            CHECK (state IN ('completed', 'cached') OR dice IS NULL),
            CHECK ((state IN ('illegal', 'failed')) = (reason IS NOT NULL)),
            CHECK ((state = 'outOfMemory') = (shortage IS NOT NULL)),
            CHECK ((shortage IS NULL) = (bytesNeeded IS NULL) AND (shortage IS NULL) = (bytesAllowed IS NULL)),
            CHECK ((value IS NULL) = (tellSerial IS NULL)),
            CHECK (tellSerial IS NULL OR endedAt IS NOT NULL),
            CHECK (tellSerial IS NOT NULL OR endedAt IS NULL OR state = 'failed')
        ) STRICT
        """
    }

    private static let attempt = """
        CREATE TABLE attempt (
            trial INTEGER NOT NULL REFERENCES trial (number),
            number INTEGER NOT NULL CHECK (number >= 1),
            slot TEXT NOT NULL,
            handle TEXT,
            reason TEXT,
            counts INTEGER NOT NULL DEFAULT 0,
            hasProgressed INTEGER NOT NULL DEFAULT 0,
            lastLines TEXT NOT NULL DEFAULT '',
            submittedAt REAL NOT NULL DEFAULT \(now),
            launchedAt REAL,
            endedAt REAL,
            PRIMARY KEY (trial, number),
            CHECK ((handle IS NULL) = (launchedAt IS NULL)),
            CHECK ((reason IS NULL) = (endedAt IS NULL))
        ) STRICT
        """

    private static let openAttempt =
        "CREATE UNIQUE INDEX openAttempt ON attempt (trial) WHERE reason IS NULL"

    private static let epoch = """
        CREATE TABLE epoch (
            trial INTEGER NOT NULL REFERENCES trial (number),
            epoch INTEGER NOT NULL CHECK (epoch >= 1),
            loss REAL NOT NULL,
            dice REAL NOT NULL,
            dicePerLabel TEXT NOT NULL,
            seconds REAL NOT NULL,
            PRIMARY KEY (trial, epoch)
        ) STRICT
        """

    private static var trialTriggers: [String] {
        let steps = TrialState.allCases.flatMap { from in
            from.successors.map { "'\(from.rawValue)>\($0.rawValue)'" }
        }
        return [
            "CREATE INDEX trialKey ON trial (key)",
            "CREATE INDEX trialState ON trial (state)",
            """
            CREATE TRIGGER trialStep BEFORE UPDATE OF state ON trial
            WHEN OLD.state <> NEW.state
                AND OLD.state || '>' || NEW.state NOT IN (\(steps.sorted().joined(separator: ", ")))
            BEGIN SELECT RAISE(ABORT, 'a trial cannot take this step'); END
            """,
            """
            CREATE TRIGGER trialTold BEFORE UPDATE ON trial WHEN OLD.tellSerial IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a trial whose value was reported does not change'); END
            """,
            """
            CREATE TRIGGER trialKept BEFORE DELETE ON trial
            BEGIN SELECT RAISE(ABORT, 'trials are kept'); END
            """,
        ]
    }
}
