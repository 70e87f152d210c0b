internal import SegNASHost

/// A structure of a label map, as a DICOM segmentation describes it.
public struct SegmentDescription: Hashable, Sendable {
    public var name: String
    /// The values of its voxels; structures may share some.
    public var values: Set<Int>
    public var colour: RGB

    public init(name: String, values: Set<Int>, colour: RGB) {
        self.name = name
        self.values = values
        self.colour = colour
    }
}

/// Writes label maps of DICOM series as DICOM segmentations, PS3.3 A.51, for archives and viewers.
///
/// Each structure is a segment, and each of its planes that is not empty a frame of bits. Patient and study are those
/// of the series; the segmentation is a new series of the study.
public struct DICOMSegmentationWriter: Sendable {
    /// What has made the label maps: a name and a version.
    public var algorithm: (name: String, version: String)

    public init(name: String, version: String) {
        algorithm = (name, version)
    }

    /// Writes the label map of a series; the file appears whole or not at all.
    ///
    /// - Parameters:
    ///   - labels: On the grid of the series, in the order of its array.
    ///   - segments: The structures, at least one.
    ///   - source: The folder of the series, or the file that holds its frames.
    ///   - series: The series that is meant of a folder with several.
    ///   - path: The file to write, which ends in `.dcm`.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: ``ImageError`` for a series that cannot be read or has another grid, and where the system refuses.
    public func write(
        _ labels: Volume, _ segments: [SegmentDescription], ofSeriesIn source: String,
        series: DICOMSelection? = nil, to path: String, replacing: Bool = false
    ) throws(ImageError) {
        let series = try DICOMSeries(contentsOf: source, series)
        guard labels.geometry.isAlmost(series.geometry) else {
            throw ImageError(file: source, fault: .dicom(.segmentation(.changedSeries)))
        }
        let planes = SegmentPlanes(labels, segments)
        guard planes.byteCount < Int(UInt32.max) else {
            throw ImageError(file: path, fault: .dicom(.segmentation(.tooLarge)))
        }
        let segmented = try SegmentedSource(series)
        let document = SegmentationDocument(
            source: segmented, planes: planes, segments: segments, algorithm: algorithm)
        do throws(SystemFailure) {
            let file = try AtomicFile(path: path)
            try file.append(document.start)
            try planes.forEachFrame { bytes throws(SystemFailure) in try file.append(bytes) }
            try file.publish(replacing: replacing)
        } catch {
            throw ImageError(
                file: path, fault: error.isExistingFile ? .exists : .unwritable("\(error)"))
        }
    }
}

extension DICOMSegmentationWriter {
    /// True if a file is a segmentation that a writer of this name has written.
    public func hasWritten(_ path: String) -> Bool {
        guard let elements = try? DICOMElements(path: path) else { return false }
        return DICOMSegmentation.Kind(elements) == .masks
            && elements.text(.manufacturer) == algorithm.name
    }
}

extension Geometry {
    /// True if voxels lie where those of another grid do, but for what files with 32 bits round.
    fileprivate func isAlmost(_ other: Geometry) -> Bool {
        let ends = [SIMD3<Double>.zero, SIMD3<Double>(size &- 1)]
        let corners = (0..<8).map { corner in
            SIMD3(ends[corner & 1].x, ends[corner >> 1 & 1].y, ends[corner >> 2].z)
        }
        return size == other.size
            && corners.allSatisfy {
                (affine($0) - other.affine($0)).length <= 0.01 * spacing.min()
            }
    }
}

/// The planes of a label map that hold voxels of its structures.
struct SegmentPlanes {
    let size: SIMD3<Int>
    /// The frames: a structure and a slice each, in the order of structures, then slices.
    private(set) var frames: [(segment: Int, slice: Int)] = []
    /// True if a voxel belongs to two structures.
    let areOverlapping: Bool
    private let labels: Volume
    private let segments: [SegmentDescription]

    init(_ labels: Volume, _ segments: [SegmentDescription]) {
        self.labels = labels
        self.segments = segments
        size = labels.geometry.size
        let all = segments.flatMap(\.values)
        areOverlapping = Set(all).count < all.count
        let area = size.x * size.y
        var present = [Set<Int>](repeating: [], count: size.z)
        for slice in 0..<size.z {
            present[slice] = labels.samples.distinctNumbers(slice * area..<(slice + 1) * area)
        }
        for (index, segment) in segments.enumerated() {
            for slice in 0..<size.z where !present[slice].isDisjoint(with: segment.values) {
                frames.append((index, slice))
            }
        }
        // A file has at least one frame.
        if frames.isEmpty { frames = [(0, 0)] }
    }

    /// Bytes of all frames, padded to an even number.
    var byteCount: Int { (frames.count * size.x * size.y + 15) / 16 * 2 }

    /// Calls a body with the bits of the frames, some whole bytes at a time: the first pixel is the lowest bit.
    func forEachFrame<Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let area = size.x * size.y
        var (byte, filled, written): (UInt8, Int, Int) = (0, 0, 0)
        for (segment, slice) in frames {
            let isSet = labels.samples.membership(
                slice * area..<(slice + 1) * area, in: segments[segment].values)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(area / 8 + 1)
            for bit in isSet {
                if bit { byte |= 1 << UInt8(filled) }
                filled += 1
                if filled == 8 {
                    bytes.append(byte)
                    (byte, filled) = (0, 0)
                }
            }
            written += bytes.count
            try body(bytes)
        }
        let rest = byteCount - written
        if rest > 0 { try body([byte] + [UInt8](repeating: 0, count: rest - 1)) }
    }
}

extension Samples {
    /// The different whole numbers in a part of the samples.
    fileprivate func distinctNumbers(_ range: Range<Int>) -> Set<Int> {
        var numbers: Set<Int> = []
        forEachNumber(range) { number, isNew in if isNew { numbers.insert(number) } }
        return numbers
    }

    /// Whether each number of a part is one of some.
    fileprivate func membership(_ range: Range<Int>, in values: Set<Int>) -> [Bool] {
        var isMember = false
        var result: [Bool] = []
        result.reserveCapacity(range.count)
        forEachNumber(range) { number, isNew in
            if isNew { isMember = values.contains(number) }
            result.append(isMember)
        }
        return result
    }

    /// Calls a body with each number, and whether it differs from the one before.
    private func forEachNumber(_ range: Range<Int>, _ body: (_ number: Int, _ isNew: Bool) -> Void)
    {
        var numbers = [Double](repeating: 0, count: range.count)
        numbers.withUnsafeMutableBufferPointer { numbers in
            guard let start = numbers.baseAddress else { return }
            copyDoubles(range, to: start)
            var last = Double.nan
            for number in numbers {
                body(Int(number), number != last)
                last = number
            }
        }
    }
}
