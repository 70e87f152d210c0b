public import SegNASHost
internal import SegNASImaging
internal import Synchronization

/// Prepared cases on disk, found again by the contents of their files and the preparation.
///
/// Any number of processes may share a folder. An entry appears by rename when it is whole; a killed process leaves
/// a folder under its own lease's name, which the next process removes.
public final class PreparedCache: Sendable {
    /// How much space entries may take that no running process uses.
    public let limit: ByteCount
    private let folder: CacheFolder
    private let lease: CacheLease
    private let digests: FileDigests
    /// Bytes of all entries as far as this process knows.
    private let bytes: Mutex<Int>

    public var path: String { folder.path }
    /// Where it keeps what checks have found.
    var examinations: String { folder.examinations }

    /// Opens a cache, by default `$XDG_CACHE_HOME/segnas3d/prepared` or `~/.cache/segnas3d/prepared`.
    ///
    /// The limit is by default a fifth of the space that is free or taken by the cache, at most 50 GiB.
    public init(folder path: String? = nil, limit: ByteCount? = nil) throws(CacheError) {
        let folder = try CacheFolder(named: path)
        try folder.create()
        self.folder = folder
        lease = try CacheLease(in: folder)
        digests = FileDigests(file: folder.digests)
        folder.removeLeftovers()
        folder.removeOldExaminations()
        let taken = folder.states().map(\.bytes).reduce(0, +)
        bytes = Mutex(taken)
        let standard = min((folder.freeBytes + taken) / 5, 50 << 30)
        self.limit = limit ?? ByteCount(standard)
    }

    /// The prepared case, mapped from disk; prepared and written first where that has not been done.
    ///
    /// The second value says whether it was there.
    public func prepare(
        _ subject: Dataset.Case, by preparation: Preparation, threads: Int = 1
    ) throws(PreparationError) -> (result: CasePreparation, wasThere: Bool) {
        do {
            let key = try key(of: subject, preparation)
            lease.use(key)
            if let found = read(key, subject, preparation) { return (found, true) }
            let prepared = try prepared(subject, preparation, threads)
            return (try store(prepared, key, preparation), false)
        } catch {
            throw PreparationError(identifier: subject.identifier, fault: error)
        }
    }

    private func prepared(
        _ subject: Dataset.Case, _ preparation: Preparation, _ threads: Int
    ) throws(PreparationFault) -> CasePreparation {
        do {
            return try preparation.prepare(subject, threads: threads)
        } catch {
            throw error.fault
        }
    }

    private func key(
        of subject: Dataset.Case, _ preparation: Preparation
    ) throws(PreparationFault) -> String {
        var digests = try contentDigests(of: subject)
        let label = subject.label == nil ? nil : digests.removeLast()
        do {
            return try CacheKey(preparation, images: digests, label: label).text()
        } catch {
            preconditionFailure("a key of numbers and texts: \(error)")
        }
    }

    /// Digests of the contents of a case's images, in order, then of its label map.
    package func contentDigests(
        of subject: Dataset.Case
    ) throws(PreparationFault) -> [String] {
        var digests: [String] = []
        for file in subject.images + [subject.label].compactMap(\.self) {
            do {
                digests.append(try self.digests.digest(of: file))
            } catch {
                throw .image(.init(file: file, fault: .system("\(error)")))
            }
        }
        return digests
    }

    private func read(
        _ key: String, _ subject: Dataset.Case, _ preparation: Preparation
    ) -> CasePreparation? {
        let entry = folder.entry(key)
        let found = CacheEntry.read(
            entry, of: subject.identifier, size: preparation.options.size)
        if found != nil { CacheEntry.touch(entry) }
        return found
    }

    /// Writes an entry, or takes that of a process that was quicker.
    private func store(
        _ prepared: CasePreparation, _ key: String, _ preparation: Preparation
    ) throws(PreparationFault) -> CasePreparation {
        makeRoom(for: Int(preparation.bytesPerCase.bytes))
        let temporary = folder.temporary(key, of: lease)
        do {
            try CacheEntry.write(prepared, to: temporary)
            try folder.publish(temporary, as: key, lease: lease)
        } catch {
            folder.remove(temporary)
            throw .cache(.unusable(folder: folder.path, reason: "\(error)"))
        }
        let identifier = prepared.prepared.identifier
        // Mapped from disk, so that memory holds what is looked at only.
        return CacheEntry.read(
            folder.entry(key), of: identifier, size: preparation.options.size) ?? prepared
    }

    /// Removes the entries least recently used where a new one would lead beyond the limit or the disk.
    private func makeRoom(for needed: Int) {
        bytes.withLock { bytes in
            bytes += needed
            guard bytes > Int(limit.bytes) || folder.freeBytes < needed else { return }
            bytes = needed + folder.removeOldest(toFree: needed, limit: Int(limit.bytes), lease)
        }
    }
}
