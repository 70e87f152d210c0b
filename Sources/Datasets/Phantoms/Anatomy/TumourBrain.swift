internal import SegNASRandomness

/// A head with a tumour in one hemisphere: an enhancing rim around dead tissue, and oedema around both.
///
/// Places, sizes and contrasts are only like those of gliomas in BraTS (Menze et al. 2015,
/// doi:10.1109/TMI.2014.2377694): regions lie inside of each other, and no single contrast shows all of them.
struct TumourBrain: Anatomy {
    private let brain: Brain
    private let whole: Ellipsoid
    private let core: Ellipsoid
    private let dead: Ellipsoid

    /// Draws a tumour into a head.
    init(_ brain: Brain, using generator: inout SeededGenerator) {
        self.brain = brain
        let side: Float = Bool.random(using: &generator) ? 1 : -1
        let centre = SIMD3<Float>(
            side * .random(in: 24...30, using: &generator),
            .random(in: -35...35, using: &generator),
            .random(in: 10...28, using: &generator))
        let radius = Float.random(in: 24...34, using: &generator)
        let share = Float.random(in: 0.6...0.75, using: &generator)
        func draw(_ radius: Float) -> Ellipsoid {
            let scale = (0..<3).map { _ in Float.random(in: 0.85...1.15, using: &generator) }
            return Ellipsoid(centre, radius * SIMD3(scale))
        }
        whole = draw(radius)
        core = draw(radius * share)
        dead = draw(radius * share * .random(in: 0.55...0.7, using: &generator))
    }

    func classify(_ row: VoxelRow) {
        brain.classify(row)
        for voxel in 0..<row.count where Self.isBrain[Int(row.tissue[voxel])] {
            let (x, y, z) = (row.x[voxel], row.y[voxel], row.z[voxel])
            guard whole.depth(x, y, z) > 0 else { continue }
            let part: Part =
                core.depth(x, y, z) <= 0 ? .oedema : dead.depth(x, y, z) > 0 ? .dead : .enhancing
            row.tissue[voxel] = part.tissue
        }
    }

    /// The parts of a tumour, in the order of their labels.
    enum Part: Int, CaseIterable {
        case oedema = 1
        case dead, enhancing

        /// Behind the tissues of a healthy head.
        var tissue: UInt8 { UInt8(Tissue.allCases.count + rawValue - 1) }
    }

    private static let isBrain = Tissue.allCases.map { Tissue.structures.contains($0) }
}

extension TumourBrain {
    /// The label of each tissue.
    static let labels =
        Tissue.allCases.map { _ in 0 as UInt8 } + Part.allCases.map { UInt8($0.rawValue) }

    /// The regions that a network finds, the enclosing ones first.
    static let table = LabelTable(regions: [
        .init(name: "whole_tumour", values: [1, 2, 3], value: 1),
        .init(name: "tumour_core", values: [2, 3], value: 2),
        .init(name: "enhancing_tumour", values: [3], value: 3),
    ])

    /// A contrast of MR.
    struct Channel {
        var name: String
        /// Usual intensities of all tissues.
        var intensities: [Float]
    }

    /// T1-weighted images without and with contrast agent, T2-weighted ones, and those without the signal of fluid.
    static let channels = [
        Channel("T1", \.t1, oedema: 0.62, dead: 0.4, enhancing: 0.62),
        Channel("T1ce", \.t1, oedema: 0.62, dead: 0.42, enhancing: 1.25),
        Channel("T2", \.t2, oedema: 0.92, dead: 0.97, enhancing: 0.75),
        Channel("FLAIR", \.flair, oedema: 1, dead: 0.55, enhancing: 0.82),
    ]
}

extension TumourBrain.Channel {
    fileprivate init(
        _ name: String, _ healthy: (Tissue) -> Float, oedema: Float, dead: Float, enhancing: Float
    ) {
        self.name = name
        intensities = Tissue.allCases.map(healthy) + [oedema, dead, enhancing]
    }
}

extension Tissue {
    /// Mean intensity in a T2-weighted image, typical ones, on the scale of ``t1``.
    fileprivate var t2: Float {
        switch self {
        case .air: 0
        case .skull: 0.1
        case .scalp: 0.5
        case .muscle: 0.3
        default: isFluid ? 1 : 1.15 - 0.7 * t1
        }
    }

    /// The same where the signal of fluid is suppressed.
    fileprivate var flair: Float { isFluid ? 0.15 : t2 }

    private var isFluid: Bool {
        switch self {
        case .fluid, .lateralVentricle, .thirdVentricle, .fourthVentricle,
            .inferiorLateralVentricle:
            true
        default: false
        }
    }
}
