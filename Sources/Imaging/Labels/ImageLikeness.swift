/// A test that tells intensities from labels: many values, which change from voxel to voxel.
///
/// Structures are several voxels wide, so most labelled voxels have the label of their neighbour; intensities have
/// noise. Voxels of the most frequent value, the background, do not count.
struct ImageLikeness {
    private var counts: [Double: Int] = [:]
    private var changes: [Double: Int] = [:]

    private static let minValues = 32
    private static let minShare = 0.6
    /// The largest number of values counted; more make no difference, but fill memory.
    private static let maxValues = 4096

    /// Looks at a million voxels at most: runs of 256 that lie evenly in memory.
    init(count: Int, _ value: (Int) -> Double) {
        let run = 256
        let runs = (count + run - 1) / run
        for part in stride(from: 0, to: runs, by: max(1, runs / 4096)) {
            add(part * run..<min(count, (part + 1) * run), value)
        }
    }

    private mutating func add(_ range: Range<Int>, _ value: (Int) -> Double) {
        var last = Double.nan
        for index in range {
            let value = value(index)
            guard value.isFinite, counts.count < Self.maxValues || counts[value] != nil else {
                continue
            }
            counts[value, default: 0] += 1
            if value != last { changes[value, default: 0] += 1 }
            last = value
        }
    }

    /// Nil for what may be labels.
    var fault: LabelFault? {
        guard counts.count >= Self.minValues,
            let background = counts.max(by: { $0.value < $1.value })?.key
        else { return nil }
        func foreground(_ numbers: [Double: Int]) -> Int {
            numbers.values.reduce(0, +) - (numbers[background] ?? 0)
        }
        let share = Double(foreground(changes)) / Double(foreground(counts))
        guard share > Self.minShare else { return nil }
        return .image(values: counts.count, changing: Int((share * 100).rounded()))
    }

    /// True if most values besides the background are fractions: of interpolated labels many are whole.
    var isFractional: Bool {
        let background = counts.max(by: { $0.value < $1.value })?.key
        let others = counts.filter { $0.key != background }
        let fractions = others.filter { $0.key != $0.key.rounded() }
        return fractions.values.reduce(0, +) * 5 > others.values.reduce(0, +) * 4
    }
}

extension LabelMap {
    /// The reason why these values look like intensities; nil if they may be labels.
    ///
    /// Only meaningful for maps with unexpected values.
    package var imageFault: LabelFault? {
        values.withUnsafeBufferPointer { values in
            ImageLikeness(count: values.count) { Double(values[$0]) }.fault
        }
    }
}
