public import SegNASImaging
internal import SegNASRandomness

/// A generator of synthetic heads: images and label maps that depend on a seed alone.
///
/// ```swift
/// let phantom = Phantom(size: [64, 64, 64], seed: 1)
/// let first = phantom.makeCase(0)  // first.image, first.labels
/// ```
public struct Phantom: Sendable {
    /// Voxels along x, y and z, at least 16 each.
    public var size: SIMD3<Int>
    public var seed: UInt64
    public var contrast: Contrast
    public var source: Source

    /// The look of tissues.
    public enum Contrast: String, CaseIterable, Sendable, Codable {
        /// The contrast of T1-weighted images, a little different in each case.
        case t1
        /// Any intensities, different in each case.
        case random
    }

    /// The source of label maps.
    public enum Source: Sendable {
        /// A model of the brain, with its first 1 to 19 structures labelled.
        case brain(structures: Int)
        /// The same brain with a tumour in four contrasts, of which regions are labelled, as in BraTS.
        case tumours
        /// Label maps of the user.
        case maps(PhantomMaps)
    }

    public init(
        size: SIMD3<Int>, seed: UInt64, contrast: Contrast = .t1,
        source: Source = .brain(structures: Self.structureCount)
    ) {
        precondition(size.min() >= Self.minSize, "\(size) voxels")
        if case .brain(let count) = source {
            precondition((1...Self.structureCount).contains(count), "\(count) structures")
        }
        self.size = size
        self.seed = seed
        self.contrast = contrast
        self.source = source
    }

    /// The smallest number of voxels on an axis that shows a brain.
    public static let minSize = 16
    /// Structures that the brain's model has.
    public static let structureCount = Tissue.structures.count

    /// The labels of all cases, with values from 1 without gaps.
    public var labels: LabelTable {
        switch source {
        case .brain(let structures): BrainLabels(structures: structures).table
        case .tumours: TumourBrain.table
        case .maps(let maps): maps.labels
        }
    }

    /// The names of the images' channels.
    var channelNames: [String] {
        if case .tumours = source { return TumourBrain.channels.map(\.name) }
        return [contrast == .t1 ? "T1" : "MRI"]
    }

    /// Bytes of memory that making a case takes at most.
    public var caseMemory: Int {
        (9 + 3 * channelNames.count) * size.x * size.y * size.z + 2_000_000
    }

    /// The case with a number, the same whenever and wherever it is made.
    public func makeCase(_ index: Int) -> PhantomCase {
        var generator = SeededGenerator(seed: seed, path: UInt64(index))
        switch source {
        case .brain(let structures):
            let grid = brainGrid
            let brain = Brain(voxel: Float(grid.spacing.x), using: &generator)
            let warp = AnatomyWarp(grid: grid, using: &generator)
            let labels = BrainLabels(structures: structures)
            return PhantomDrawing(
                anatomy: brain, warp: warp, grid: grid, contrast: contrast,
                usual: Tissue.allCases.map(\.t1), labels: labels.values
            ).render(using: &generator)
        case .tumours:
            let grid = brainGrid
            let brain = Brain(voxel: Float(grid.spacing.x), using: &generator)
            let warp = AnatomyWarp(grid: grid, using: &generator)
            let anatomy = TumourBrain(brain, using: &generator)
            let scans = TumourBrain.channels.map { channel in
                PhantomDrawing(
                    anatomy: anatomy, warp: warp, grid: grid, contrast: contrast,
                    usual: channel.intensities, labels: TumourBrain.labels
                ).render(using: &generator)
            }
            return PhantomCase(images: scans.flatMap(\.images), labels: scans[0].labels)
        case .maps(let maps):
            let map = maps.map(of: index)
            let grid = map.grid(size: size)
            let warp = AnatomyWarp(grid: grid, centre: map.centre, using: &generator)
            return PhantomDrawing(
                anatomy: map, warp: warp, grid: grid, contrast: contrast,
                usual: maps.usualIntensities(using: &generator),
                labels: (0..<256).map { UInt8($0) }
            ).render(using: &generator)
        }
    }

    /// A grid around the head, of cubic voxels as small as the size allows.
    private var brainGrid: Geometry {
        let headroom = SIMD3<Double>(176, 208, 176)
        return .centred(size: size, spacing: (headroom / SIMD3<Double>(size)).max())
    }
}

/// One head: its images and the structures in it, on the same grid.
public struct PhantomCase: Sendable {
    /// Each of one channel, int16.
    public var images: [Volume]
    /// Values of the phantom's labels, uint8.
    public var labels: Volume

    /// The first image.
    public var image: Volume { images[0] }
}

extension Geometry {
    /// Cubic voxels along the axes of space, around its origin.
    static func centred(
        size: SIMD3<Int>, spacing: Double, middle: SIMD3<Double> = .zero
    ) -> Geometry {
        let first = middle - (SIMD3<Double>(size) - 1) / 2 * spacing
        return Geometry(
            size: size, affine: Affine(spacing: SIMD3(repeating: spacing), origin: first))
    }
}

/// A reason why phantoms cannot be made or written.
public enum PhantomError: Error, Equatable, Sendable {
    case unreadableFolder(String)
    case noMaps(String)
    case emptyMap(String)
    case labels(String, LabelFault)
    case tooManyLabels(String, count: Int)
    case image(ImageError)
    /// The folder to write to holds a whole dataset.
    case complete(String)
    /// The folder to write to holds something else.
    case occupied(String)
    /// The folder was begun with other options.
    case begunOtherwise(String)
    case unwritable(String, reason: String)
}

extension PhantomError: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .unreadableFolder(let folder): "\(folder) cannot be read: is it a folder?"
        case .noMaps(let folder): "\(folder) holds no images: name a folder of label maps"
        case .emptyMap(let file): "\(file) holds no label but 0: remove it"
        case .labels(let file, let fault): "\(file) \(fault)"
        case .tooManyLabels(let folder, let count):
            "\(folder) has \(count) different labels, and phantoms can have "
                + "\(PhantomMaps.maxLabels): merge some"
        case .image(let error): error.description
        case .complete(let folder):
            "\(folder) holds a dataset already: remove it, or name another folder"
        case .occupied(let folder): "\(folder) is not empty: name another folder"
        case .begunOtherwise(let folder):
            "\(folder) was begun with other options: give the same ones to finish it, remove it, "
                + "or name another folder"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
