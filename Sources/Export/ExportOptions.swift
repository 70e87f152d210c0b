package import SegNASSearch

/// What an exported network gives.
package enum ExportOutput: String, CaseIterable, Sendable {
    /// The network's last feature map, `[N, classes, D, H, W]`.
    case scores
    /// Softmax of the scores, of regions the sigmoid of each.
    case probabilities
    /// What label maps hold, `[N, 1, D, H, W]`.
    case labels
}

/// How the outputs of a network become the values of label maps.
package enum ClassRule: Hashable, Sendable {
    /// The value of the most probable class.
    case mostProbable(values: [Int])
    /// Each region's value where its probability is more than ½, later ones over earlier ones.
    case painted(values: [Int], background: Int)

    /// The values that label maps hold.
    package var values: [Int] {
        switch self {
        case .mostProbable(let values): values
        case .painted(let values, let background): [background] + values
        }
    }

    /// True if a byte holds each value; else 32 bits with a sign do.
    package var fitsByte: Bool { values.allSatisfy { (0...255).contains($0) } }
}

/// The networks to export as one, and how.
package struct ExportSubject: Sendable {
    /// The networks, whose weighted mean of probabilities is the result where there are several.
    package var members: [Member]
    package var rule: ClassRule
    package var output: ExportOutput
    /// Voxels along x, y and z of all images; nil for images of any size, which are padded inside.
    package var fixedSize: SIMD3<Int>?
    /// Texts beside the network, by their names.
    package var metadata: [String: String]

    package struct Member: Sendable {
        package var graph: NetworkGraph
        package var weights: NetworkWeights
        /// How much it counts; those of all members add up to 1.
        package var share: Double

        package init(_ plan: NetworkPlan, _ weights: NetworkWeights, share: Double) {
            graph = NetworkGraph(plan)
            self.weights = weights
            self.share = share
        }
    }

    package init(
        _ members: [Member], rule: ClassRule, output: ExportOutput = .probabilities,
        fixedSize: SIMD3<Int>? = nil, metadata: [String: String] = [:]
    ) {
        precondition(!members.isEmpty, "no network to export")
        precondition(members.count == 1 || output != .scores, "a mean of networks has no scores")
        self.members = members
        self.rule = rule
        self.output = output
        self.fixedSize = fixedSize
        self.metadata = metadata
    }

    var plan: NetworkPlan { members[0].graph.plan }
}
