internal import SegNASHost

extension [ClassScores] {
    /// The class at each voxel by the weighted mean of several networks' probabilities, of one addition each.
    ///
    /// - Parameters:
    ///   - weights: One for each, together 1; those of weight 0 are not read.
    ///   - rule: How probabilities become a class.
    ///   - threads: Threads to compute with.
    /// - Returns: uint8 `[z, y, x]` of their grid, which is the same for all.
    package func classes(weights: [Double], rule: ScoreRule, threads: Int) -> [UInt8] {
        precondition(
            count == weights.count && allSatisfy { $0.size == self[0].size && $0.count == 1 },
            "a weight for each, and one grid")
        let (size, outputs) = (self[0].size, self[0].classes)
        let parts = zip(self, weights).filter { $1 > 0 }.map { (scores: $0, weight: Float($1)) }
        let slices = concurrentMap(size.z, threads: threads) { slice in
            var choice = ClassChoice(rule, voxels: size.x * size.y)
            for output in 0..<outputs {
                choice.add(output) { sums in
                    for (scores, weight) in parts {
                        let from = scores.values + (output * size.z + slice) * sums.count
                        for voxel in sums.indices { sums[voxel] += weight * from[voxel] }
                    }
                }
            }
            return choice.classes
        }
        return slices.flatMap(\.self)
    }
}

/// The classes of voxels, as the probabilities of one output after the other become known.
private struct ClassChoice {
    private let rule: ScoreRule
    /// Of the classes so far.
    private var highest: [Float]
    private var sums: [Float]
    private(set) var classes: [UInt8]

    init(_ rule: ScoreRule, voxels: Int) {
        self.rule = rule
        classes = [UInt8](repeating: 0, count: voxels)
        sums = [Float](repeating: 0, count: voxels)
        highest = [Float](repeating: -.infinity, count: voxels)
    }

    /// Takes the probabilities of an output, which are added to zeros.
    mutating func add(_ output: Int, _ fill: (inout [Float]) -> Void) {
        for voxel in sums.indices { sums[voxel] = 0 }
        fill(&sums)
        switch rule {
        case .mostProbable:
            for voxel in sums.indices where sums[voxel] > highest[voxel] {
                (highest[voxel], classes[voxel]) = (sums[voxel], UInt8(output))
            }
        case .painted(let regions):
            for voxel in sums.indices where sums[voxel] > ScoreRule.threshold {
                classes[voxel] = regions[output]
            }
        }
    }
}
