public import SegNASHost
internal import SegNASImaging
internal import Synchronization

/// Prepared cases on disk, found again by the contents of their files and the preparation.
///
/// Any number of processes may share a folder. An entry appears by rename when it is whole; a killed process leaves
/// a folder under its own lease's name, which the next process removes.
public final class PreparedCache: Sendable {
    /// The space that entries may take that no running process uses.
    public let limit: ByteCount
    let folder: CacheFolder
    private let lease: CacheLease
    private let digests: FileDigests
    /// An estimate of the bytes of all entries.
    private let bytes: Mutex<Int>
    /// Copies on a disk of this machine, which are read instead of the entries; nil for none.
    private let node: NodeCache?

    public var path: String { folder.path }
    /// The folder of the examinations of checks.
    var examinations: String { folder.examinations }

    /// Opens a cache, by default `$XDG_CACHE_HOME/segnas3d/prepared` or `~/.cache/segnas3d/prepared`.
    ///
    /// The limit is by default a fifth of the space that is free or taken by the cache, at most 50 GiB.
    ///
    /// With `nodeDisk`, a folder on a disk of this machine, prepared cases are copied there and read from there, as
    /// far as that is possible: see ``copies``.
    public init(
        folder path: String? = nil, limit: ByteCount? = nil, nodeDisk: String? = nil
    ) throws(CacheError) {
        let folder = try CacheFolder(named: path)
        try folder.create()
        self.folder = folder
        lease = try CacheLease(in: folder)
        node = nodeDisk.map { NodeCache(on: $0) }
        digests = FileDigests(file: folder.digests)
        folder.removeLeftovers()
        folder.removeOldExaminations()
        let taken = folder.states().map(\.bytes).reduce(0, +)
        bytes = Mutex(taken)
        let standard = min((folder.freeBytes + taken) / 5, 50 << 30)
        self.limit = limit ?? ByteCount(standard)
    }

    /// The copies of prepared cases on a disk of this machine; nil if none are made.
    public var copies: Copies? { node?.report.withLock { $0 } }

    /// The prepared case, mapped from disk; it is prepared and written first if it is not cached.
    ///
    /// The second value is true if it was cached.
    public func prepare(
        _ subject: Dataset.Case, by preparation: Preparation, threads: Int = 1
    ) throws(PreparationError) -> (result: PreparationResult, wasCached: Bool) {
        do {
            let key = try key(of: subject, preparation)
            lease.use(key)
            if let found = read(key, subject, preparation) { return (found, true) }
            let prepared = try prepared(subject, preparation, threads)
            try store(prepared, key, preparation)
            // Mapped from disk, so that memory holds what is looked at only.
            return (read(key, subject, preparation) ?? prepared, false)
        } catch {
            throw PreparationError(identifier: subject.identifier, fault: error)
        }
    }

    private func prepared(
        _ subject: Dataset.Case, _ preparation: Preparation, _ threads: Int
    ) throws(PreparationFault) -> PreparationResult {
        do {
            return try preparation.prepare(subject, threads: threads)
        } catch {
            throw error.fault
        }
    }

    func key(
        of subject: Dataset.Case, _ preparation: Preparation
    ) throws(PreparationFault) -> String {
        var digests = try contentDigests(of: subject)
        let label = subject.label == nil ? nil : digests.removeLast()
        let firstStage = try preparation.seesFirstStage ? subject.firstStage.map(digest) : nil
        do {
            return try CacheKey(
                preparation, images: digests, label: label, firstStage: firstStage
            ).text()
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
            digests.append(try digest(file))
        }
        return digests
    }

    private func digest(_ file: String) throws(PreparationFault) -> String {
        do {
            return try digests.digest(of: file)
        } catch {
            throw .image(.init(file: file, fault: .system("\(error)")))
        }
    }

    private func read(
        _ key: String, _ subject: Dataset.Case, _ preparation: Preparation
    ) -> PreparationResult? {
        func read(_ entry: String) -> PreparationResult? {
            CacheEntry.read(entry, of: subject.identifier, by: preparation)
        }
        let entry = folder.entry(key)
        let found = node?.read(key, of: folder, read) ?? read(entry)
        // Copies count as uses: other machines will look for it here.
        if found != nil { CacheEntry.touch(entry) }
        return found
    }

    /// Writes an entry, or takes that of a quicker process.
    private func store(
        _ prepared: PreparationResult, _ key: String, _ preparation: Preparation
    ) throws(PreparationFault) {
        makeRoom(for: Int(preparation.bytes(ofGrid: prepared.prepared.size).bytes))
        let temporary = folder.temporary(key, of: lease)
        do {
            try CacheEntry.write(prepared, to: temporary)
            try folder.publish(temporary, as: key, lease: lease)
        } catch {
            folder.remove(temporary)
            throw .cache(.unusable(folder: folder.path, reason: "\(error)"))
        }
    }

    /// Removes the least recently used entries if a new one would exceed the limit or the disk.
    private func makeRoom(for needed: Int) {
        bytes.withLock { bytes in
            bytes += needed
            guard bytes > Int(limit.bytes) || folder.freeBytes < needed else { return }
            bytes = needed + folder.removeOldest(toFree: needed, limit: Int(limit.bytes), lease)
        }
    }
}

extension PreparedCache {
    /// The progress of the preparation of a list of cases.
    public struct Progress: Hashable, Sendable {
        /// Cases that are prepared or have failed.
        public var completed = 0
        public var total: Int
        /// Cases that were in the cache.
        public var found = 0
        public var failed = 0
    }

    /// Prepares cases on several threads; each has one case in memory at a time.
    ///
    /// If cases cannot be prepared, the others are, and then the faults of all are thrown. A cache that cannot be
    /// written ends the work at once.
    public func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation,
        threads: Int = HostResources.current().cores,
        progress report: @Sendable (Progress) -> Void = { _ in }
    ) throws(PreparationErrors) -> [PreparationResult] {
        let progress = Mutex(Progress(total: cases.count))
        let cacheFault = Mutex<PreparationError?>(nil)
        // Spare cores help with the slices of others.
        let inner = max(1, threads / max(1, cases.count))
        let results = concurrentMap(cases.count, threads: threads) {
            index -> Result<PreparationResult, PreparationError>? in
            guard cacheFault.withLock({ $0 }) == nil else { return nil }
            let result = Result { () throws(PreparationError) in
                try prepare(cases[index], by: preparation, threads: inner)
            }
            if case .failure(let error) = result, case .cache = error.fault {
                cacheFault.withLock { $0 = error }
            }
            progress.withLock { progress in
                progress.add(result)
                report(progress)
            }
            return result.map(\.result)
        }
        if let error = cacheFault.withLock({ $0 }) { throw PreparationErrors(errors: [error]) }
        let errors = results.compactMap { result in
            if case .failure(let error) = result { error } else { nil as PreparationError? }
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
        return results.compactMap { try? $0?.get() }
    }
}

extension PreparedCache.Progress {
    fileprivate mutating func add<Value>(
        _ result: Result<(result: Value, wasCached: Bool), PreparationError>
    ) {
        completed += 1
        switch result {
        case .success(let value): found += value.wasCached ? 1 : 0
        case .failure: failed += 1
        }
    }
}
