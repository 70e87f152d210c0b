internal import SegNASHost
internal import SegNASImaging

extension PreparedCache {
    /// Refuses cases that are not in the cache yet and need more than its disk has room for.
    ///
    /// Entries that no process uses count as room, because they give way. Cases whose size is not known count for
    /// nothing.
    ///
    /// - Parameters:
    ///   - cases: Those to be prepared.
    ///   - preparation: How they will be prepared.
    ///   - check: Knows the sizes of their images.
    /// - Throws: `CacheError.noRoom`.
    public func checkRoom(
        for cases: [Dataset.Case], by preparation: Preparation, after check: TrainingCheck
    ) throws {
        let keys = cases.map { try? key(of: $0, preparation) }
        let missing = zip(cases, keys).filter { _, key in
            key.map { CacheEntry.state(of: folder.entry($0)) == nil } ?? true
        }
        let needed = missing.reduce(0) { sum, missing in
            sum + (check.preparedBytes(of: missing.0.identifier, by: preparation) ?? 0)
        }
        let free = folder.freeBytes + removableBytes(keeping: Set(keys.compactMap(\.self)))
        guard needed > free else { return }
        throw CacheError.noRoom(
            folder: path, cases: missing.count, needed: ByteCount(needed), free: ByteCount(free))
    }

    /// The bytes of entries that would be removed for others.
    private func removableBytes(keeping keys: Set<String>) -> Int {
        let kept = keys.union(CacheLease.held(in: folder).keys)
        return folder.states().reduce(0) { kept.contains($1.key) ? $0 : $0 + $1.bytes }
    }
}

extension TrainingCheck {
    /// The bytes of a case when it is prepared; nil if its image could not be read.
    func preparedBytes(of identifier: String, by preparation: Preparation) -> Int? {
        let options = preparation.options
        guard let found = labelled.first(where: { $0.identifier == identifier }),
            let grid = found.grid
        else { return nil }
        // Along the body's axes, as the box is: another order needs as many bytes.
        var image = Reorientation(from: Orientation(grid.affine), to: .ras)(grid)
        if options.isCropped, let box = found.content { image = image.cropped(to: box) }
        guard let size = options.map(of: image)?.size else { return nil }
        let classes = options.fit == .patch ? preparation.labels.foreground.count : 0
        return Int(clamping: preparation.bytes(ofGrid: size).bytes)
            + classes * ClassVoxels.limit * MemoryLayout<UInt32>.size
    }
}
