internal import SegNASExport
internal import SegNASRandomness
internal import SegNASSearch
public import SegNASSegmentation
internal import SegNASTorch

/// How an exported network differs from the model itself, on random images of two sizes.
public struct ExportParity: Hashable, Encodable, Sendable {
    public var images: [Image]

    /// A random image, of normally distributed values.
    public struct Image: Hashable, Encodable, Sendable {
        /// Voxels along x, y and z.
        public var size: SIMD3<Int>
        /// The largest difference of a probability; nil where labels are compared.
        public var difference: Double?
        /// Voxels whose most probable class, or whose label, is another.
        public var otherLabels: Int
        /// Voxels among these at which the model itself is not undecided between the two.
        public var wrongLabels: Int
    }

    /// The largest difference of a probability that is allowed.
    public static let tolerance = 1e-4
    /// Labels may differ where the two best probabilities differ by less.
    public static let undecided = 2e-4

    /// True if the exported network can be used in place of the model.
    public var isGood: Bool {
        images.allSatisfy { image in
            (image.difference.map { $0 <= Self.tolerance } ?? true) && image.wrongLabels == 0
        }
    }

    /// The largest difference of a probability on all images; nil where labels were compared.
    public var difference: Double? { images.compactMap(\.difference).max() }
}

/// Compares exported networks with the models that they are made of.
struct ParityCheck {
    let models: [Model]
    let subject: ExportSubject

    /// Runs both on random images `[1, C, D, H, W]`, for which `exported` gives the subject's output.
    func callAsFunction(
        _ exported: (Tensor) throws -> Tensor
    ) throws -> ExportParity {
        var images: [ExportParity.Image] = []
        var generator = SeededGenerator(seed: 0)
        for size in sizes {
            let channels = subject.members[0].graph.plan.channels
            let values = (0..<channels * size.x * size.y * size.z).map { _ in
                Float(generator.normal())
            }
            let image = try Tensor(values, shape: [1, channels, size.z, size.y, size.x])
            let expected = try probabilities(image)
            images.append(try compare(exported(image), expected, size))
        }
        return ExportParity(images: images)
    }

    /// One that the poolings divide and one that they do not; the lowest level has voxels to normalize.
    private var sizes: [SIMD3<Int>] {
        if let fixed = subject.fixedSize { return [fixed, fixed] }
        let unit = subject.members.reduce(SIMD3<Int>.one) {
            $0.replacing(with: $1.graph.unit, where: $1.graph.unit .> $0)
        }
        let odd = unit &* SIMD3(1, 2, 1) &+ SIMD3(1, -1, 3)
        return [unit &* SIMD3(2, 1, 1), odd]
    }

    /// The mean of the models' probabilities `[1, L, D, H, W]`.
    private func probabilities(_ image: Tensor) throws -> Tensor {
        try withoutGradients {
            var mean: Tensor?
            for (model, member) in zip(models, subject.members) {
                let scores = try model.network(image, training: false)
                let part = try probabilities(ofScores: scores) * member.share
                mean = try mean.map { try $0 + part } ?? part
            }
            guard let mean else { preconditionFailure("no model") }
            return mean
        }
    }

    private func probabilities(ofScores scores: Tensor) throws -> Tensor {
        switch subject.rule {
        case .mostProbable: try scores.softmax(along: 1)
        case .painted: try scores.laidOut(in: .contiguous).sigmoid()
        }
    }

    private func compare(
        _ found: Tensor, _ expected: Tensor, _ size: SIMD3<Int>
    ) throws -> ExportParity.Image {
        let reference = ReferenceClasses(
            try expected.array(of: Float.self), outputs: expected.shape[1], rule: subject.rule)
        if subject.output == .labels {
            let labels = try found.cast(to: .int64).array(of: Int64.self).map { Int($0) }
            let (other, wrong) = reference.differences(from: labels)
            return .init(size: size, difference: nil, otherLabels: other, wrongLabels: wrong)
        }
        let isScore = subject.output == .scores
        let probabilities = isScore ? try probabilities(ofScores: found) : found
        guard probabilities.shape == expected.shape else {
            throw TorchError.operation(
                "the exported network gives \(probabilities.shape), not \(expected.shape)")
        }
        let values = try probabilities.array(of: Float.self)
        var difference = 0.0
        for (a, b) in zip(values, reference.probabilities) {
            // NaN is no less than anything.
            difference = a == b ? difference : max(difference, Double(abs(a - b)))
            if !a.isFinite { difference = .infinity }
        }
        let labels = ReferenceClasses(
            values, outputs: expected.shape[1], rule: subject.rule
        ).labels
        let (other, wrong) = reference.differences(from: labels)
        return .init(size: size, difference: difference, otherLabels: other, wrongLabels: wrong)
    }
}

/// The labels that follow from the probabilities of a model, and where it is undecided.
private struct ReferenceClasses {
    /// `[L, voxels]`.
    let probabilities: [Float]
    let outputs: Int
    let rule: ClassRule

    init(_ probabilities: [Float], outputs: Int, rule: ClassRule) {
        self.probabilities = probabilities
        self.outputs = outputs
        self.rule = rule
    }

    private var voxels: Int { probabilities.count / outputs }

    private func values(at voxel: Int) -> [Float] {
        (0..<outputs).map { probabilities[$0 * voxels + voxel] }
    }

    private func label(_ values: [Float]) -> Int {
        switch rule {
        case .mostProbable(let labels):
            var best = 0
            for index in values.indices where values[index] > values[best] { best = index }
            return labels[best]
        case .painted(let labels, let background):
            let last = values.lastIndex { $0 > 0.5 }
            return last.map { labels[$0] } ?? background
        }
    }

    var labels: [Int] { (0..<voxels).map { label(values(at: $0)) } }

    /// True if a difference of the size that is tolerated can give another label.
    private func isUndecided(_ values: [Float]) -> Bool {
        let margin = Float(ExportParity.undecided)
        switch rule {
        case .mostProbable:
            let sorted = values.sorted(by: >)
            return sorted.count > 1 && sorted[0] - sorted[1] < margin
        case .painted: return values.contains { abs($0 - 0.5) < margin / 2 }
        }
    }

    /// Voxels whose label is another, and those among them at which the model is not undecided.
    func differences(from labels: [Int]) -> (other: Int, wrong: Int) {
        guard labels.count == voxels else { return (voxels, voxels) }
        var (other, wrong) = (0, 0)
        for voxel in 0..<voxels {
            let values = values(at: voxel)
            guard label(values) != labels[voxel] else { continue }
            other += 1
            if !isUndecided(values) { wrong += 1 }
        }
        return (other, wrong)
    }
}
