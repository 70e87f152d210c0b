internal import SegNASRandomness

/// One person's head: a folded cerebrum and cerebellum, nuclei and ventricles in them, and what lies around.
///
/// Positions are in mm from the middle of the brain's bounding box. Left and right mirror each other here; the
/// warp and the nuclei make them differ.
struct Brain: Anatomy {
    // Those of the right side if they are paired.
    private let hemisphere: Ellipsoid
    private let temporalLobe: Ellipsoid
    private let cerebellum: Ellipsoid
    /// The junction of the sides: corpus callosum and all that lies below it.
    private let core: Ellipsoid
    /// Fluid below the brain's middle.
    private let cistern: Ellipsoid
    private let head: Ellipsoid
    private let scalp: Float
    private let skull: Float
    private let folds: FoldField
    private let cerebrum: Cortex
    private let cerebellarCortex: Cortex
    private let nuclei: [(Tissue, [BentEllipsoid])]

    /// Draws a person whose gyri are wide enough to be seen with voxels of this size in mm.
    init(voxel: Float, using generator: inout SeededGenerator) {
        hemisphere = Ellipsoid([20, -1, 18], [46, 86, 47]).varied(using: &generator)
        temporalLobe = Ellipsoid([42, 0, -25], [20, 41, 24]).varied(using: &generator)
        cerebellum = Ellipsoid([20, -43, -41], [32, 29, 24]).varied(using: &generator)
        core = Ellipsoid([0, 4, 2], [24, 38, 24]).varied(using: &generator)
        cistern = Ellipsoid([0, 8, -32], [14, 28, 15]).varied(using: &generator)
        head = Ellipsoid([0, -1, 1], [81, 101, 82])
        scalp = Float.random(in: 4...8, using: &generator)
        skull = Float.random(in: 5...8, using: &generator)
        folds = FoldField(using: &generator)
        let thickness = Float.random(in: 0.9...1.1, using: &generator)
        // Finer gyri than four voxels cannot be told from noise.
        let gyrus = max(10.5, 4 * voxel)
        cerebrum = Cortex(
            gyrus: gyrus, thickness: 0.25 * thickness, depth: 18, opening: 0.06)
        cerebellarCortex = Cortex(
            gyrus: 0.75 * gyrus, thickness: 0.33 * thickness, depth: 14, opening: 0.03)
        nuclei = Nucleus.all.map { ($0.tissue, $0.draw(using: &generator)) }
    }

    func classify(_ row: VoxelRow) {
        let count = row.count
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * count) { scratch in
            let base = scratch.baseAddress.unsafelyUnwrapped
            let depths = Depths(
                cerebrum: base, cerebellum: base + count, core: base + 2 * count,
                head: base + 3 * count)
            measure(row, depths)
            for voxel in 0..<count {
                row.tissue[voxel] = tissue(row, voxel, depths).rawValue
            }
        }
        for (tissue, sides) in nuclei {
            for side in sides { side.paint(tissue, on: row) }
        }
    }

    /// The depth of each voxel of a row in the parts of the head, in mm.
    private struct Depths {
        var cerebrum, cerebellum, core, head: UnsafeMutablePointer<Float>
    }

    private func measure(_ row: VoxelRow, _ depths: Depths) {
        for voxel in 0..<row.count {
            let (x, y, z) = (row.x[voxel], row.y[voxel], row.z[voxel])
            let side = abs(x)
            let middle = core.depth(x, y, z)
            let lobes = larger(hemisphere.depth(side, y, z), temporalLobe.depth(side, y, z))
            // Between the hemispheres is a fissure, but not through the core.
            let wall = larger(side - 0.8, middle)
            let outside = -cistern.depth(x, y, z)
            depths.cerebrum[voxel] = smaller(
                smaller(lobes, wall), larger(outside, middle))
            depths.cerebellum[voxel] = cerebellum.depth(side, y, z)
            depths.core[voxel] = middle
            depths.head[voxel] = head.depth(x, y, z)
        }
    }

    private func tissue(_ row: VoxelRow, _ voxel: Int, _ depths: Depths) -> Tissue {
        let (x, y, z) = (row.x[voxel], row.y[voxel], row.z[voxel])
        let cerebellum = depths.cerebellum[voxel]
        let cerebrum = depths.cerebrum[voxel]
        if cerebellum > 0.3 { return cerebellarTissue(x, y, z, depth: cerebellum) }
        if cerebrum > 0, cerebellum < -0.5 {
            return cerebralTissue(x, y, z, depth: cerebrum, core: depths.core[voxel])
        }
        return outerTissue(
            x, y, z, gap: -larger(cerebrum, cerebellum), depth: depths.head[voxel])
    }

    private func cerebralTissue(
        _ x: Float, _ y: Float, _ z: Float, depth: Float, core: Float
    ) -> Tissue {
        guard depth < cerebrum.reach else { return .cerebralWhite }
        let (u, v, w) = ((abs(x) - 26) / 38, (y + 1) / 86, (z - 10) / 55)
        // Gyri run inwards: the folds of the surface are carried half-way along rays to the middle.
        let scale = 0.5 + 0.5 / larger((u * u + v * v + w * w).squareRoot(), 0.2)
        let point = SIMD3(u * 38, v * 86, w * 55) * (scale / cerebrum.gyrus)
        let fold = cerebrum.gyrus * folds.distance(x: point.x, y: point.y, z: point.z)
        // Some sulci are deep and some shallow, which changes over a few gyri.
        let shallow = folds.distance(x: 0.3 * point.x, y: 0.3 * point.y, z: 0.3 * point.z)
        let sheet = smaller(
            cerebrum.distance(fold: fold, depth: depth, shallow: shallow),
            sylvianDistance(abs(x), y, z))
        switch cerebrum.layer(sheet: sheet + 3 * larger(core, 0), depth: depth) {
        case .fluid: return .fluid
        case .grey: return .cerebralGrey
        case .white: return .cerebralWhite
        }
    }

    /// The distance to the fissure between frontal and temporal lobe, which ends at the insula.
    private func sylvianDistance(_ x: Float, _ y: Float, _ z: Float) -> Float {
        let (across, inwards, along) = (
            0.91 * (z - 2 + 0.45 * (y + 5)), larger(38 - x, 0), larger(abs(y - 2) - 30, 0)
        )
        return (across * across + inwards * inwards + along * along).squareRoot()
    }

    private func cerebellarTissue(_ x: Float, _ y: Float, _ z: Float, depth: Float) -> Tissue {
        guard depth < cerebellarCortex.reach else { return .cerebellarWhite }
        let gyrus = cerebellarCortex.gyrus
        // Leaves of the cerebellum run from left to right.
        let fold = gyrus * folds.distance(x: 0.3 * abs(x) / gyrus, y: y / gyrus, z: z / gyrus)
        let sheet = cerebellarCortex.distance(fold: fold, depth: depth, shallow: 0)
        switch cerebellarCortex.layer(sheet: sheet, depth: depth) {
        case .fluid: return .fluid
        case .grey: return .cerebellarGrey
        case .white: return .cerebellarWhite
        }
    }

    /// The tissue `gap` mm outside the brain and `depth` mm inside the head.
    private func outerTissue(
        _ x: Float, _ y: Float, _ z: Float, gap: Float, depth: Float
    ) -> Tissue {
        if depth < 0 { return .air }
        if depth < scalp { return .scalp }
        // Below the brain are muscle, bone and fat in no order.
        if z < -18, gap > 3 {
            let mixture = folds.distance(x: x / 20, y: y / 20, z: z / 20)
            return mixture > 0.2 ? .scalp : mixture < -0.2 ? .skull : .muscle
        }
        return depth < scalp + skull ? .skull : .fluid
    }
}

/// The layers of a folded surface.
private struct Cortex {
    /// The distance from one sulcus to the next, in mm.
    var gyrus: Float
    /// The thickness of the grey matter, in mm.
    var thickness: Float
    /// The depth of sulci, in mm.
    var depth: Float
    /// Half the width of sulci at the surface, in mm.
    var opening: Float

    enum Layer {
        case fluid, grey, white
    }

    /// Thickness and opening are shares of a gyrus.
    init(gyrus: Float, thickness: Float, depth: Float, opening: Float) {
        self.gyrus = gyrus
        self.thickness = thickness * gyrus
        self.depth = depth
        self.opening = opening * gyrus
    }

    /// The depth below which there is only white matter.
    var reach: Float { 1.5 * depth + thickness }

    /// The distance to a sulcus, given that to its sheet, which ends at a depth that `shallow`, up to ±0.5, varies.
    func distance(fold: Float, depth: Float, shallow: Float) -> Float {
        let below = larger(depth - self.depth * (1 - shallow), 0)
        return (fold * fold + below * below).squareRoot()
    }

    func layer(sheet: Float, depth: Float) -> Layer {
        // Sulci close towards their ground.
        if sheet < opening * (1 - depth / self.depth) { return .fluid }
        return smaller(sheet, depth) < thickness ? .grey : .white
    }
}

// Unlike the standard functions these compile to single vector instructions.
@inline(__always) private func larger(_ a: Float, _ b: Float) -> Float { a > b ? a : b }
@inline(__always) private func smaller(_ a: Float, _ b: Float) -> Float { a < b ? a : b }
