internal import SegNASHost

/// Takes the probabilities of classes, or of regions, to another grid and finds each voxel's class there.
///
/// Each is interpolated linearly by itself, in one slice of the target at a time, and compared with the best so far, or
/// painted over it: beyond the source, memory is needed for a few slices a thread, whatever the number of classes. The
/// probabilities of several sources, each on its own grid, are summed.
package struct ScoreResampler: Sendable {
    private let sources: [ScoreSource]
    private let rule: ScoreRule
    private let classes: Int
    private let size: SIMD3<Int>
    private let threads: Int

    /// Scores on their grids, and maps that say where the target's voxels lie in each.
    package init(
        _ sources: [(scores: ClassScores, map: GridMap)], rule: ScoreRule = .mostProbable,
        threads: Int
    ) {
        precondition(!sources.isEmpty, "no scores")
        for (scores, map) in sources {
            precondition(map.size == sources[0].map.size, "unlike sources")
            precondition(map.sourceSize == scores.size, "a map of another grid")
        }
        self.init(
            sources.map { ScoreSource($0.scores, $0.map, rule, threads: threads) },
            rule: rule, size: sources[0].map.size, threads: threads)
    }

    /// Sources with weights for a target of a size.
    init(_ sources: [ScoreSource], rule: ScoreRule, size: SIMD3<Int>, threads: Int) {
        let classes = sources[0].scores.classes
        precondition(sources.allSatisfy { $0.scores.classes == classes }, "unlike sources")
        precondition(classes <= 256, "classes are bytes")
        if case .painted(let painted) = rule {
            precondition(painted.count == classes, "\(painted.count) regions, \(classes) outputs")
        }
        self.rule = rule
        self.classes = classes
        self.sources = sources
        self.size = size
        self.threads = threads
    }

    /// The class of each voxel of the target, uint8.
    package func classMap() -> Samples {
        Samples(count: size.x * size.y * size.z) { (result: UnsafeMutableBufferPointer<UInt8>) in
            guard let start = result.baseAddress else { return }
            let target = Target(labels: start)
            concurrently(size.z, threads: threads) { z in
                findClasses(slice: z, into: target.labels + z * size.x * size.y)
            }
        }
    }

    /// The probability of a class in some slices of the target, float32.
    package func probability(of label: Int, slices: Range<Int>) -> Samples {
        let area = size.x * size.y
        let added = added
        return Samples(count: area * slices.count) {
            (result: UnsafeMutableBufferPointer<Float>) in
            guard let start = result.baseAddress else { return }
            let target = Probabilities(values: start)
            concurrently(slices.count, threads: threads) { slice in
                let values = target.values + slice * area
                withPlanes { planes in
                    let all = SlicePart(lines: 0..<size.y, columns: 0..<size.x)
                    for (source, plane) in zip(sources, planes) {
                        source.fill(plane, label, slice: slices.lowerBound + slice, all)
                    }
                    for line in 0..<size.y {
                        let row = values + line * size.x
                        sum(planes, line: line, columns: 0..<size.x, into: row)
                        for index in 0..<size.x { row[index] /= added }
                    }
                }
            }
        }
    }

    /// Probabilities that were added at each voxel, of all sources.
    private var added: Float { sources.map { Float($0.scores.count) }.reduce(0, +) }

    /// Slices that are written by one thread each.
    private struct Target: @unchecked Sendable {
        let labels: UnsafeMutablePointer<UInt8>
    }

    /// Slices that are written by one thread each.
    private struct Probabilities: @unchecked Sendable {
        let values: UnsafeMutablePointer<Float>
    }

    private func findClasses(slice: Int, into labels: UnsafeMutablePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size.x * size.y + size.x) {
            memory in
            guard let best = memory.baseAddress else { return }
            memory.initialize(repeating: 0)
            let row = best + size.x * size.y
            let threshold = ScoreRule.threshold * added
            withPlanes { planes in
                for label in 0..<classes {
                    guard let rows = rows(label, slice: slice) else { continue }
                    for (source, plane) in zip(sources, planes) {
                        source.fill(plane, label, slice: slice, rows.hull)
                    }
                    for line in rows.hull.lines where !rows.columns[line].isEmpty {
                        let columns = rows.columns[line]
                        let start = line * size.x
                        sum(planes, line: line, columns: columns, into: row)
                        switch rule {
                        case .mostProbable:
                            keepBetter(
                                row, UInt8(label), columns, best: best + start,
                                labels: labels + start)
                        case .painted(let classes):
                            paint(
                                row, classes[label], columns, above: threshold,
                                labels: labels + start)
                        }
                    }
                }
            }
        }
    }

    /// The part of a target slice in which an output could decide on the class: columns by line, and their hull.
    private func rows(_ label: Int, slice: Int) -> (columns: [Range<Int>], hull: SlicePart)? {
        var columns = [Range<Int>](repeating: 0..<0, count: size.y)
        var hull = SlicePart(lines: 0..<0, columns: 0..<0)
        for source in sources {
            guard let extents = source.extents(label, slice: slice) else { continue }
            for line in 0..<size.y {
                columns[line] = united(columns[line], source.columns(extents, line: line))
            }
        }
        for (line, range) in columns.enumerated() where !range.isEmpty {
            hull.lines = united(hull.lines, line..<line + 1)
            hull.columns = united(hull.columns, range)
        }
        return hull.lines.isEmpty ? nil : (columns, hull)
    }

    /// Calls a body with memory for each source's lines at the target's width.
    private func withPlanes(_ body: ([UnsafeMutablePointer<Float>]) -> Void) {
        let counts = sources.map { $0.scores.size.y * size.x + $0.scores.size.x }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: counts.reduce(0, +)) { memory in
            guard var start = memory.baseAddress else { return }
            memory.initialize(repeating: 0)
            var planes: [UnsafeMutablePointer<Float>] = []
            for count in counts {
                planes.append(start)
                start += count
            }
            body(planes)
        }
    }

    /// A line of the target, all sources together, of what is filled in their planes.
    private func sum(
        _ planes: [UnsafeMutablePointer<Float>], line: Int, columns: Range<Int>,
        into row: UnsafeMutablePointer<Float>
    ) {
        (row + columns.lowerBound).update(repeating: 0, count: columns.count)
        for (source, plane) in zip(sources, planes) {
            source.addLine(line, of: plane, width: size.x, columns: columns, to: row)
        }
    }
}

/// Lines and columns of a slice.
struct SlicePart {
    var lines: Range<Int>
    var columns: Range<Int>
}

private func keepBetter(
    _ row: UnsafePointer<Float>, _ label: UInt8, _ columns: Range<Int>,
    best: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<UInt8>
) {
    for index in columns {
        let isBetter = row[index] > best[index]
        best[index] = isBetter ? row[index] : best[index]
        labels[index] = isBetter ? label : labels[index]
    }
}

private func paint(
    _ row: UnsafePointer<Float>, _ label: UInt8, _ columns: Range<Int>, above threshold: Float,
    labels: UnsafeMutablePointer<UInt8>
) {
    for index in columns { labels[index] = row[index] > threshold ? label : labels[index] }
}

/// The smallest range that holds two, of which empty ones hold nothing.
func united(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
    if a.isEmpty { return b }
    if b.isEmpty { return a }
    return min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
}
