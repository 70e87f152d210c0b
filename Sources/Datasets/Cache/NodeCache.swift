internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import Synchronization

/// Copies of a cache's entries on a disk of this machine: for jobs of a cluster, whose cache is on a file server.
///
/// All processes of a user on the machine share them. An entry is copied whole and then renamed, by one process while
/// others wait for it. An entry that cannot be copied is read where it is.
final class NodeCache: Sendable {
    /// What the copies have come to so far.
    let report: Mutex<PreparedCache.Copies>
    private let place: (folder: CacheFolder, lease: CacheLease)?

    /// Makes the folder `segnas3d-UID/prepared`, for its owner's eyes only.
    ///
    /// - Parameter disk: An existing folder on a disk of this machine, such as `/tmp`.
    init(on disk: String) {
        let home = "\(disk)/segnas3d-\(getuid())"
        let folder = CacheFolder(at: home + "/prepared")
        var copies = PreparedCache.Copies(folder: folder.path)
        do {
            if FileSystem.isRemote(disk) { throw Obstacle("\(disk) is on another machine, too") }
            try Self.makePrivate(home)
            try folder.make([
                folder.path, folder.entries, folder.partial, folder.leases, folder.copying,
            ])
            place = (folder, try CacheLease(in: folder))
            folder.removeLeftovers()
            _ = FileLock.held(in: folder.copying)
        } catch {
            place = nil
            copies.obstacle = (error as? CacheError)?.reason ?? "\(error)"
        }
        report = Mutex(copies)
    }

    /// A reason why nothing is copied, as a phrase.
    private struct Obstacle: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Makes a folder that nobody else can enter, or takes one; others may have made it, where all write.
    private static func makePrivate(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        let failure = SystemFailure.last
        guard failure.isExistingFile else { throw Obstacle("\(path) cannot be made: \(failure)") }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == getuid(), status.st_mode & 0o77 == 0
        else { throw Obstacle("\(path) is no folder that is yours alone") }
    }

    /// Reads the copy of an entry, which is made if it is missing or damaged.
    ///
    /// - Parameters:
    ///   - key: The entry, which the cache has in use.
    ///   - cache: The folders of the cache.
    ///   - read: Reads an entry in a folder; nil if it is not whole.
    /// - Returns: What was read; nil if there is no copy.
    func read<Entry>(
        _ key: String, of cache: CacheFolder, _ read: (String) -> Entry?
    ) -> Entry? {
        guard let (folder, lease) = place else { return nil }
        lease.use(key)
        let copy = folder.entry(key)
        if let found = read(copy) {
            CacheEntry.touch(copy)
            report.withLock { $0.found += 1 }
            return found
        }
        guard let lock = lock(key, in: folder) else { return nil }
        defer {
            unlink("\(folder.copying)/\(key)")
            withExtendedLifetime(lock) {}
        }
        // Another process may have copied it while this one waited.
        if let found = read(copy) {
            report.withLock { $0.found += 1 }
            return found
        }
        guard self.copy(key, from: cache, to: folder, lease) else { return nil }
        return read(copy)
    }

    /// Seconds for which another process is waited for that copies the same entry.
    private static let patience = 60.0

    /// The right to copy an entry; nil where another process has it for too long, or locks fail.
    private func lock(_ key: String, in folder: CacheFolder) -> FileLock? {
        let end = AwakeClock.seconds + Self.patience
        while AwakeClock.seconds < end {
            do throws(FileLockError) {
                return try FileLock(unsigned: "\(folder.copying)/\(key)")
            } catch {
                guard case .system(_, let failure) = error else { continue }
                note("\(failure)")
                return nil
            }
        }
        return nil
    }

    private func copy(
        _ key: String, from cache: CacheFolder, to folder: CacheFolder, _ lease: CacheLease
    ) -> Bool {
        // After the first obstacle no other entry is tried: each would be copied in vain.
        guard report.withLock({ $0.obstacle == nil }),
            let bytes = CacheEntry.state(of: cache.entry(key))?.bytes
        else { return false }
        guard hasRoom(for: bytes, in: folder, lease) else {
            note("\(ByteCount(folder.freeBytes)) are free, and an image needs \(ByteCount(bytes))")
            return false
        }
        let temporary = folder.temporary(key, of: lease)
        do throws(EntryError) {
            try CacheEntry.copy(cache.entry(key), to: temporary)
            try folder.publish(temporary, as: key, lease: lease)
            report.withLock { $0.copied += 1 }
            return true
        } catch {
            folder.remove(temporary)
            // It may have been removed from the cache just now.
            if case .system(let failure) = error, failure.isMissingFile { return false }
            note("\(error)")
            return false
        }
    }

    /// True if there is room for an entry and as much again for others, at worst after copies that no process uses are
    /// gone.
    private func hasRoom(
        for bytes: Int, in folder: CacheFolder, _ lease: CacheLease
    ) -> Bool {
        let needed = 2 * bytes
        if folder.freeBytes < needed {
            _ = folder.removeOldest(toFree: needed, limit: .max, lease)
        }
        return folder.freeBytes >= needed
    }

    private func note(_ obstacle: String) {
        report.withLock { $0.obstacle = $0.obstacle ?? obstacle }
    }
}

extension PreparedCache {
    /// The copies of prepared cases on a disk of this machine.
    public struct Copies: Hashable, Sendable {
        public let folder: String
        /// Cases that were copied, and those whose copies were there.
        public internal(set) var copied = 0
        public internal(set) var found = 0
        /// The reason why cases are not copied any more, as a phrase; nil if there is none.
        public internal(set) var obstacle: String?

        init(folder: String) {
            self.folder = folder
        }
    }
}
