internal import SegNASHost
internal import SegNASImaging
internal import SegNASRandomness

/// Label maps of real heads, or of anything else, that phantoms are drawn from.
///
/// They are held in memory, a byte for each voxel of the box that holds a map's labels: about 10 MB for a head
/// with voxels of 1 mm.
public struct PhantomMaps: Sendable {
    /// The files' names, in the order in which cases use them.
    public let files: [String]
    /// A label `label_V` for each value V that occurs, with values from 1 without gaps.
    public let labels: LabelTable
    private let values: [Int32]
    private let maps: [MappedAnatomy]

    /// Reads all label maps of a folder, in any format that images have.
    public init(folder: String, threads: Int) throws(PhantomError) {
        guard let names = ImageFileName.all(in: folder)?.map(\.name) else {
            throw .unreadableFolder(folder)
        }
        guard !names.isEmpty else { throw .noMaps(folder) }
        let paths = names.map { "\(folder)/\($0)" }
        var occurring: Set<Int32> = []
        for counted in concurrentMap(
            paths.count, threads: threads, { Self.read(paths[$0]).map { $0.labelCounts.keys } })
        {
            occurring.formUnion(try counted.get())
        }
        values = occurring.subtracting([0]).sorted()
        guard values.count <= Self.maxLabels else {
            throw .tooManyLabels(folder, count: values.count)
        }
        // Read again: all maps at once, four bytes a voxel, could be more than memory holds.
        let numbers = Dictionary(
            uniqueKeysWithValues: values.enumerated().map { ($1, UInt8($0 + 1)) })
        maps = try concurrentMap(paths.count, threads: threads) { index in
            Self.read(paths[index]).flatMap { map in
                MappedAnatomy(map, indexOf: { numbers[$0] ?? 0 }).map(Result.success)
                    ?? .failure(PhantomError.emptyMap(paths[index]))
            }
        }.map { result throws(PhantomError) in try result.get() }
        files = names
        labels = LabelTable(
            foreground: values.enumerated().map { .init(name: "label_\($1)", value: $0 + 1) })
    }

    /// A byte has 256 values, one for the background and one for voxels to ignore.
    static let maxLabels = 254

    private static func read(_ path: String) -> Result<LabelMap, PhantomError> {
        do throws(ImageError) {
            let volume = try Volume(contentsOf: path)
            do throws(LabelFault) {
                return .success(try LabelMap(volume))
            } catch {
                return .failure(.labels(path, error))
            }
        } catch {
            return .failure(.image(error))
        }
    }

    /// The map of a case: all of them in turn.
    func map(of index: Int) -> MappedAnatomy {
        maps[index % maps.count]
    }

    /// T1-like intensities, background first: as FreeSurfer's numbers tell, any for other labels.
    func usualIntensities(using generator: inout SeededGenerator) -> [Float] {
        [0]
            + values.map { value in
                // Drawn for each label, so that a table does not change the draws that follow.
                let any = Float.random(in: 0.1...1, using: &generator)
                return FreeSurferIntensities.t1(of: value) ?? any
            }
    }
}

/// A label map as an anatomy: each position has the label of the voxel that holds it.
struct MappedAnatomy: Anatomy {
    /// The label of each voxel within the box that holds all labels, by its number in a table; 0 is the background.
    private let indices: [UInt8]
    private let size: SIMD3<Int>
    /// The map from positions to voxels of the box.
    private let first: SIMD3<Float>
    private let steps: (x: SIMD3<Float>, y: SIMD3<Float>, z: SIMD3<Float>)
    /// The middle of the box and its lengths along the axes of space, in mm.
    let centre: SIMD3<Double>
    private let extent: SIMD3<Double>

    /// Nil for a map without labels.
    init?(_ map: LabelMap, indexOf index: (Int32) -> UInt8) {
        guard let box = map.foregroundBox else { return nil }
        let grid = map.geometry.size
        let extents = box.last &- box.first &+ 1
        size = extents
        var indices: [UInt8] = []
        indices.reserveCapacity(extents.x * extents.y * extents.z)
        for z in box.first.z...box.last.z {
            for y in box.first.y...box.last.y {
                let start = (z * grid.y + y) * grid.x
                indices += map.values[start + box.first.x...start + box.last.x].lazy.map(index)
            }
        }
        self.indices = indices
        let affine = map.geometry.affine
        let inverse = affine.inverse
        first = SIMD3(inverse.origin - SIMD3<Double>(box.first))
        steps = (SIMD3(inverse.x), SIMD3(inverse.y), SIMD3(inverse.z))
        centre = affine((SIMD3<Double>(box.first) + SIMD3<Double>(box.last)) / 2)
        extent =
            affine.x.magnitudes * Double(extents.x) + affine.y.magnitudes * Double(extents.y)
            + affine.z.magnitudes * Double(extents.z)
    }

    /// A grid of cubic voxels around the labels, as small as the size allows.
    func grid(size: SIMD3<Int>) -> Geometry {
        .centred(size: size, spacing: (1.1 * extent / SIMD3<Double>(size)).max())
    }

    func classify(_ row: VoxelRow) {
        let limit = SIMD3<Float>(size) - 0.5
        indices.withUnsafeBufferPointer { indices in
            for voxel in 0..<row.count {
                let position =
                    first + row.x[voxel] * steps.x + row.y[voxel] * steps.y
                    + row.z[voxel] * steps.z
                guard all(position .> -0.5), all(position .< limit) else {
                    row.tissue[voxel] = 0
                    continue
                }
                // Positions are not negative now: truncation is a floor.
                let x = Int(position.x + 0.5)
                let y = Int(position.y + 0.5)
                let z = Int(position.z + 0.5)
                row.tissue[voxel] = indices[(z * size.y + y) * size.x + x]
            }
        }
    }
}

extension LabelMap {
    /// The first and the last voxel along each axis of the box that holds all labels but 0.
    fileprivate var foregroundBox: (first: SIMD3<Int>, last: SIMD3<Int>)? {
        let size = geometry.size
        var first = size
        var last = SIMD3(repeating: -1)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = values[(z * size.y + y) * size.x..<(z * size.y + y + 1) * size.x]
                guard let left = row.firstIndex(where: { $0 != 0 }),
                    let right = row.lastIndex(where: { $0 != 0 })
                else { continue }
                first = pointwiseMin(first, [left - row.startIndex, y, z])
                last = pointwiseMax(last, [right - row.startIndex, y, z])
            }
        }
        return last.x < 0 ? nil : (first, last)
    }
}

extension SIMD3<Double> {
    fileprivate var magnitudes: SIMD3<Double> { SIMD3(abs(x), abs(y), abs(z)) }
}
