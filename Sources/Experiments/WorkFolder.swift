internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation

/// A folder of several runs.
enum WorkFolder {
    /// Writes the plan of the work, in place of an earlier one.
    ///
    /// - Throws: `TrainingError.unwritable`
    static func write(_ plan: some Encodable, to file: String) throws(TrainingError) {
        do {
            try JSONDocument.write(plan, to: file)
        } catch {
            throw .unwritable(file: file, reason: "\(error)")
        }
    }

    /// Makes the folder if it is not there, and locks it.
    ///
    /// - Parameters:
    ///   - path: The folder, which may hold nothing else unless the work has begun.
    ///   - lock: The file of the lock in it.
    ///   - isBegun: Whether its plan is there.
    /// - Returns: The lock, which is held as long as it lives.
    /// - Throws: `TrainingError` for a folder that is in use, holds something else, or cannot be written.
    static func open(_ path: String, lock: String, isBegun: Bool) throws(TrainingError) -> FileLock
    {
        do throws(SystemFailure) {
            try FileSystem.makeFolder(path)
        } catch {
            throw .noFolder(run: path, reason: "\(error)")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let lockName = String(lock.dropFirst(path.count + 1))
        // A process may have been killed before it had written the plan.
        let isFree = names.allSatisfy {
            FileLock.isFile($0, of: lockName) || $0.hasPrefix(".plan.json.")
        }
        guard isBegun || isFree else { throw .occupied(run: path) }
        do throws(FileLockError) {
            let held = try FileLock(path: lock)
            AtomicFile.removeLeftovers(of: "\(path)/plan.json")
            return held
        } catch {
            switch error {
            case .held(_, let owner): throw .locked(run: path, by: "\(owner)")
            case .system(let file, let reason):
                throw .unwritable(file: file, reason: "\(reason)")
            }
        }
    }

    /// Checks work that has not begun: a refusal leaves no folder that was not there before.
    ///
    /// - Parameters:
    ///   - path: The folder, which is locked.
    ///   - lock: The file of the lock in it.
    ///   - wasThere: Whether the folder was there before it was opened.
    ///   - check: What may refuse it.
    /// - Throws: What the check throws.
    static func check(
        _ path: String, lock: String, wasThere: Bool, _ check: () throws -> Void
    ) throws {
        do {
            try check()
        } catch {
            if !wasThere {
                unlink(lock)
                rmdir(path)
            }
            throw error
        }
    }
}
