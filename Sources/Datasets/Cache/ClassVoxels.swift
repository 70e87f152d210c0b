internal import SegNASHost
package import SegNASImaging
internal import SegNASRandomness

/// The number of voxels of each class in a label map, and the places of some of them.
///
/// Patches are centred on these. Up to ``limit`` voxels of a class are kept, one drawn from each of as many equal
/// shares of the class in the order of the array, so that every part of a structure is among them.
package struct ClassVoxels: Equatable, Sendable {
    /// Voxels of a class that are kept.
    package static let limit = 4000

    /// Of each class, 0 the background, up to the highest that occurs; voxels to ignore are not counted.
    package let counts: [Int]
    /// Indices into the array `[z, y, x]`, in order; none of the background.
    package let positions: [[UInt32]]

    /// Goes through a label map, uint8 [z, y, x], of fewer than 2³² voxels.
    package init(of labels: Samples, limit: Int = Self.limit) {
        let all = labels.withValues(as: UInt8.self) { labels in
            var counts = [Int](repeating: 0, count: 256)
            for label in labels { counts[Int(label)] += 1 }
            return counts
        }
        let known = all.prefix(Int(LabelTable.ignoredClass))
        let counts = Array(known.prefix((known.lastIndex { $0 > 0 } ?? 0) + 1))
        let chosen = counts.indices.map { label in
            label == 0 ? [] : Self.draw(of: counts[label], limit: limit, seed: UInt64(label))
        }
        self.counts = counts
        positions = labels.withValues(as: UInt8.self) { Self.find(chosen, in: $0) }
    }

    /// Numbers below a count, in order: all of them, or one out of each of so many equal shares.
    private static func draw(of count: Int, limit: Int, seed: UInt64) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        var generator = SeededGenerator(seed: seed)
        return (0..<limit).map { share in
            Int.random(
                in: share * count / limit..<(share + 1) * count / limit, using: &generator)
        }
    }

    /// The places of those voxels, counted in each class, that were chosen.
    private static func find(
        _ chosen: [[Int]], in labels: UnsafeBufferPointer<UInt8>
    ) -> [[UInt32]] {
        var positions = chosen.map { [UInt32](repeating: 0, count: $0.count) }
        var seen = [Int](repeating: 0, count: 256)
        var found = [Int](repeating: 0, count: 256)
        for (index, label) in labels.enumerated() where label > 0 {
            let label = Int(label)
            guard label < chosen.count else { continue }
            if found[label] < chosen[label].count, chosen[label][found[label]] == seen[label] {
                positions[label][found[label]] = UInt32(index)
                found[label] += 1
            }
            seen[label] += 1
        }
        return positions
    }
}

// MARK: - File

/// Numbers of 64 bits, the least byte first: the number of classes, of each its count and how many positions it has;
/// then all positions, of 32 bits.
extension ClassVoxels {
    func write(to path: String) throws(EntryError) {
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(UInt64(counts.count))
        for (count, places) in zip(counts, positions) {
            append(UInt64(count))
            append(UInt64(places.count))
        }
        for place in positions.joined() { append(place) }
        do {
            try NewFile.write(bytes, to: path)
        } catch {
            throw .record("\(error)")
        }
    }

    /// Nil for a file that is not whole.
    init?(contentsOf path: String) {
        guard let file = try? MappedFile(path: path) else { return nil }
        var bytes = UnsafeRawBufferPointer(file.bytes)[...]
        func next<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            let size = MemoryLayout<Value>.size
            guard bytes.count >= size else { return nil }
            defer { bytes = bytes.dropFirst(size) }
            let value = UnsafeRawBufferPointer(rebasing: bytes.prefix(size))
                .loadUnaligned(as: Value.self)
            return Value(littleEndian: value)
        }
        guard let classes = next(UInt64.self), classes <= 255 else { return nil }
        var counts: [Int] = []
        var places: [Int] = []
        for _ in 0..<classes {
            guard let count = next(UInt64.self), let kept = next(UInt64.self), count < 1 << 32,
                kept <= count
            else { return nil }
            counts.append(Int(count))
            places.append(Int(kept))
        }
        guard bytes.count == 4 * places.reduce(0, +) else { return nil }
        self.counts = counts
        positions = places.map { count in
            (0..<count).map { _ in next(UInt32.self) ?? 0 }
        }
    }
}
