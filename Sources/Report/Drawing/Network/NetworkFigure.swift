public import SegNASSearch

/// A drawing of a segmentation network: the paper's Figure 1.
///
/// The encoder goes down on the left, the decoder up on the right, the bottom level stands between them. The
/// deeper a level, the wider its boxes, as they hold more channels, and the lower, as their volumes shrink.
///
/// ```swift
/// let plan = try NetworkPlan(.unet3d, channels: 1, classes: 20)
/// let svg = NetworkFigure(plan, size: [128, 128, 128]).svg()
/// ```
public struct NetworkFigure: Hashable, Sendable {
    let plan: NetworkPlan
    /// From the full size down to the bottom.
    let levels: [Level]

    /// The stages that see the same size.
    struct Level: Hashable {
        /// Voxels along x, y and z.
        let size: SIMD3<Int>
        let encoder: StagePlan
        /// The bottom level has none.
        let decoder: StagePlan?
    }

    static let levelCounts = 2...11

    /// - Parameters:
    ///   - plan: What is drawn.
    ///   - size: Voxels of the images along x, y and z.
    public init(_ plan: NetworkPlan, size: SIMD3<Int>) {
        let stages = plan.family.plan.stages
        levels = stages.filter { $0.path == .encoder }.map { encoder in
            Level(
                size: plan.size(atLevel: encoder.level, of: size), encoder: encoder,
                decoder: stages.first { $0.path == .decoder && $0.level == encoder.level })
        }
        precondition(
            Self.levelCounts.contains(levels.count),
            "a figure has 2 to 11 levels, not \(levels.count)")
        precondition(
            levels.dropLast().allSatisfy { $0.decoder != nil } && levels.last?.decoder == nil,
            "all levels but the bottom have a decoder")
        self.plan = plan
    }

    var family: any FamilyPlan { plan.family.plan }

    /// The graph that every stage repeats, where there is one.
    var block: BlockFigure? {
        guard case .segnas(let network) = plan.architecture else { return nil }
        return BlockFigure(network.block)
    }

    /// An `<svg>` element, which is a document of its own and may be put into a page as it is.
    public func svg() -> String {
        drawing.svg(title: "\(plan.architecture)", description: description)
    }
}
