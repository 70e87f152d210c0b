import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import Synchronization

extension CacheFolder {
    /// An entry's size and last use.
    struct State {
        var key: String
        var used: Double
        var bytes: Int
    }

    /// All entries that have a record.
    func states() -> [State] {
        names(in: entries).compactMap { key in
            CacheEntry.state(of: entry(key)).map {
                State(key: key, used: $0.used, bytes: $0.bytes)
            }
        }
    }

    /// What the file system has left for this user.
    var freeBytes: Int { diskSpace(at: path).map { Int(clamping: $0.bytes) } ?? .max / 8 }

    /// A folder of this process's own, for an entry that is written or removed.
    func temporary(_ key: String, of lease: CacheLease) -> String {
        "\(partial)/\(lease.name)+\(key)-\(Self.serial.next())"
    }

    /// Gives a whole entry its name; where another is there that is whole too, either may stay.
    func publish(_ temporary: String, as key: String, lease: CacheLease) throws(EntryError) {
        for _ in 0..<100 {
            if rename(temporary, entry(key)) == 0 { return }
            guard errno == ENOTEMPTY || errno == EEXIST else { throw .system(.last) }
            // Damaged, or written by a process that was quicker: ours is as good.
            discard(key, lease: lease)
        }
        throw .system(SystemFailure(code: EBUSY))
    }

    /// Removes what processes left that are no more.
    func removeLeftovers() {
        // Listed before the leases: a process that comes now has its lease before its folders.
        let names = names(in: partial)
        let held = CacheLease.held(in: self).names
        for name in names {
            let owner = name.split(separator: "+").first.map(String.init) ?? ""
            if !held.contains(owner) { remove("\(partial)/\(name)") }
        }
    }

    /// Removes the entries least recently used that no process uses, until so many bytes are free and the rest is
    /// within the limit with them; returns the bytes of the rest.
    func removeOldest(toFree needed: Int, limit: Int, _ lease: CacheLease) -> Int {
        let states = states().sorted { ($0.used, $0.key) < ($1.used, $1.key) }
        let inUse = CacheLease.held(in: self).keys
        var rest = states.map(\.bytes).reduce(0, +)
        for state in states where !inUse.contains(state.key) {
            guard rest + needed > limit || freeBytes < needed else { break }
            discard(state.key, lease: lease)
            rest -= state.bytes
        }
        return rest
    }

    /// Removes an entry at once for all who look, then its files.
    private func discard(_ key: String, lease: CacheLease) {
        let temporary = temporary(key, of: lease)
        if rename(entry(key), temporary) == 0 { remove(temporary) }
    }

    /// Examinations that are kept: those of a large dataset take some hundred megabytes.
    private static let mostExaminations = 20_000

    /// Removes the older half of the examinations where there are too many.
    func removeOldExaminations() {
        let names = names(in: examinations)
        guard names.count > Self.mostExaminations else { return }
        let files = names.map { name in
            var status = stat()
            let path = "\(examinations)/\(name)"
            return (path: path, time: stat(path, &status) == 0 ? status.st_mtim.tv_sec : 0)
        }
        for file in files.sorted(by: { $0.time < $1.time }).prefix(names.count / 2) {
            unlink(file.path)
        }
    }

    func remove(_ folder: String) {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static let serial = Serial()
}

/// Numbers, each given once in this process.
private final class Serial: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
