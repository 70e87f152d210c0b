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
        guard values.count <= Self.mostLabels else {
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
    static let mostLabels = 254

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
