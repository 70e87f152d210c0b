internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASRandomness

/// The patches that are cut from prepared images: their size, their places and their number.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z: a share of every batch is centred on labelled voxels, so that
/// small structures are seen often; the rest lies anywhere.
public struct PatchOptions: Hashable, Codable, Sendable {
    /// The share of a batch that is centred on labelled voxels; at least one patch of each batch is, unless it is 0.
    public static let standardForegroundShare = 1.0 / 3

    /// Voxels along x, y and z.
    public var size: SIMD3<Int>
    public var foregroundShare: Double
    /// Batches of an epoch.
    public var stepsPerEpoch: Int
    /// The classes of each region, among which foreground is drawn; nil where it is drawn among classes.
    var regions: [[UInt8]]?

    public init(
        size: SIMD3<Int>, foregroundShare: Double = PatchOptions.standardForegroundShare,
        stepsPerEpoch: Int
    ) {
        self.size = size
        self.foregroundShare = foregroundShare
        self.stepsPerEpoch = stepsPerEpoch
    }

    /// The patches of a training with these options; nil if images are taken whole.
    init?(
        _ preparation: PreparationOptions, _ options: TrainingOptions, _ cases: [PreparedCase]
    ) {
        guard preparation.fit == .patch else { return nil }
        self.init(
            size: preparation.size,
            foregroundShare: options.foregroundShare ?? Self.standardForegroundShare,
            stepsPerEpoch: options.stepsPerEpoch
                ?? Self.stepsPerEpoch(
                    cases.map(\.size), size: preparation.size, batchSize: options.batchSize))
    }

    /// The steps of an epoch that shows the voxels of all cases about once, with a patch of each case at least.
    static func stepsPerEpoch(
        _ sizes: [SIMD3<Int>], size: SIMD3<Int>, batchSize: Int
    ) -> Int {
        let patches = sizes.reduce(0) { sum, whole in
            sum + max(1, (whole.volume + size.volume / 2) / size.volume)
        }
        return max(1, (patches + batchSize - 1) / batchSize)
    }

    /// The number of patches of a batch, its last ones, that are centred on labelled voxels.
    func foregroundCount(batchSize: Int) -> Int {
        foregroundShare > 0
            ? min(batchSize, max(1, Int((foregroundShare * Double(batchSize)).rounded()))) : 0
    }

    var faults: [String] {
        var faults = Faults()
        faults.require(size.min() > 0, "a patch of no voxels")
        faults.probability(foregroundShare, "share of foreground")
        faults.require(stepsPerEpoch > 0, "\(stepsPerEpoch) steps make no epoch")
        return faults.sentences
    }
}

extension PatchOptions {
    /// Draws the first voxel of a patch in a case's grid.
    ///
    /// A patch lies within the image. Along axes on which it is larger, it lies about the image's centre, or, if drawn
    /// so, anywhere that it holds the image.
    ///
    /// On a labelled voxel, the class is drawn among those that the case has, then one of its voxels; cases without
    /// labels are cut anywhere. With regions, as in nnU-Net, the region is drawn first, then a voxel of it, whatever
    /// its class.
    func origin(
        in example: PreparedCase, onForeground: Bool, placement: Augmentation.Placement?,
        using generator: inout some RandomNumberGenerator
    ) -> SIMD3<Int> {
        let isAnywhere = placement.map { generator.chance($0.probability) } ?? false
        var origin = SIMD3<Int>.zero
        let centre = onForeground ? foreground(of: example, using: &generator) : nil
        for axis in 0..<3 {
            let room = example.size[axis] - size[axis]
            if room <= 0 {
                origin[axis] =
                    isAnywhere ? Int.random(in: room...0, using: &generator) : -(-room / 2)
            } else if let centre {
                origin[axis] = min(max(0, centre[axis] - size[axis] / 2), room)
            } else {
                origin[axis] = Int.random(in: 0...room, using: &generator)
            }
        }
        return origin
    }

    private func foreground(
        of example: PreparedCase, using generator: inout some RandomNumberGenerator
    ) -> SIMD3<Int>? {
        guard let voxels = example.classVoxels,
            let places = places(voxels, using: &generator),
            let place = places.randomElement(using: &generator)
        else { return nil }
        let (index, size) = (Int(place), example.size)
        return [index % size.x, index / size.x % size.y, index / (size.x * size.y)]
    }

    /// The places of voxels of the class that is drawn.
    private func places(
        _ voxels: ClassVoxels, using generator: inout some RandomNumberGenerator
    ) -> [UInt32]? {
        guard let regions else {
            return voxels.positions.filter { !$0.isEmpty }.randomElement(using: &generator)
        }
        let present = regions.map { region in
            region.map { Int($0) }.filter {
                voxels.positions.indices.contains($0) && !voxels.positions[$0].isEmpty
            }
        }.filter { !$0.isEmpty }
        guard let region = present.randomElement(using: &generator) else { return nil }
        // A class is drawn as often as it has voxels, of which not all places are kept.
        let all = region.reduce(0) { $0 + voxels.counts[$1] }
        var rank = Int.random(in: 0..<all, using: &generator)
        for label in region {
            guard rank >= voxels.counts[label] else { return voxels.positions[label] }
            rank -= voxels.counts[label]
        }
        return nil
    }
}
