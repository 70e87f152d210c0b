internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASImaging

/// A prepared case in a folder: `image.nii` and `label.nii`, which any viewer shows, `firststage.nii` in the second
/// stage of a cascade, `classes.bin` where patches are drawn, and `case.json`.
struct CacheEntry: Codable {
    /// The content of `case.json`.
    private var schema = 1
    private var identifier: String
    private var transform: GridTransform
    private var channels: Int
    private var imageBytes: Int
    private var labelBytes: Int?
    private var firstStageBytes: Int?
    private var hasClassVoxels: Bool?

    private static let imageName = "image.nii"
    private static let labelName = "label.nii"
    private static let firstStageName = "firststage.nii"
    private static let classesName = "classes.bin"
    private static let recordName = "case.json"
    private static let recordLimit = 1 << 16

    private enum CodingKeys: CodingKey {
        case schema, identifier, transform, channels, imageBytes, labelBytes, firstStageBytes
        case hasClassVoxels
    }

    /// Writes a case to a folder, the record last.
    static func write(_ result: PreparationResult, to folder: String) throws(EntryError) {
        let prepared = result.prepared
        let affine = result.transform.prepared.affine
        let size = [prepared.size.x, prepared.size.y, prepared.size.z]
        guard mkdir(folder, 0o700) == 0 else { throw .system(.last) }
        let image = Volume(
            shape: size + [prepared.channels], affine: affine, samples: prepared.image)
        let imageBytes = try write(image, to: "\(folder)/\(imageName)")
        func writeMap(_ map: Samples?, _ name: String) throws(EntryError) -> Int? {
            guard let map else { return nil }
            let volume = Volume(shape: size, affine: affine, samples: map)
            return try write(volume, to: "\(folder)/\(name)")
        }
        let labelBytes = try writeMap(prepared.labels, labelName)
        let firstStageBytes = try writeMap(prepared.firstStage?.map, firstStageName)
        try prepared.classVoxels?.write(to: "\(folder)/\(classesName)")
        let entry = CacheEntry(
            identifier: prepared.identifier, transform: result.transform,
            channels: prepared.channels, imageBytes: imageBytes, labelBytes: labelBytes,
            firstStageBytes: firstStageBytes,
            hasClassVoxels: prepared.classVoxels == nil ? nil : true)
        try entry.write(to: "\(folder)/\(recordName)")
    }

    private static func write(_ volume: Volume, to path: String) throws(EntryError) -> Int {
        do {
            try volume.write(to: path)
        } catch {
            throw .image(error.fault)
        }
        return try byteCount(of: path)
    }

    private func write(to path: String) throws(EntryError) {
        do {
            try JSONDocument.write(self, to: path, replacing: false)
        } catch {
            throw .record("\(error)")
        }
    }

    /// The case in a folder by a preparation, its samples mapped; nil if it is not whole, or has another size.
    static func read(
        _ folder: String, of identifier: String, by preparation: Preparation
    ) -> PreparationResult? {
        let entry = try? JSONDocument.read(
            CacheEntry.self, from: "\(folder)/\(recordName)", limit: recordLimit, schema: 1...1)
        guard let entry else { return nil }
        let size = entry.transform.map.size
        guard size == preparation.options.gridSize ?? size else { return nil }
        guard size.min() > 0, size.volume < 1 << 31 else { return nil }
        let voxels = size.volume
        guard
            let image = samples(
                of: "\(folder)/\(imageName)", bytes: entry.imageBytes, .float32,
                count: voxels * entry.channels)
        else { return nil }
        func map(_ name: String, _ bytes: Int?) -> Samples? {
            bytes.flatMap { samples(of: "\(folder)/\(name)", bytes: $0, .uint8, count: voxels) }
        }
        let labels = map(labelName, entry.labelBytes)
        let firstStage = map(firstStageName, entry.firstStageBytes)
        guard (labels == nil) == (entry.labelBytes == nil),
            (firstStage != nil) == preparation.seesFirstStage
        else { return nil }
        let classVoxels = ClassVoxels(contentsOf: "\(folder)/\(classesName)")
        guard entry.hasClassVoxels != true || classVoxels != nil else { return nil }
        return PreparationResult(
            prepared: PreparedCase(
                identifier: identifier, size: size, image: image, labels: labels,
                classVoxels: classVoxels,
                firstStage: firstStage.map {
                    ClassMasks($0, count: preparation.labels.foreground.count)
                }),
            transform: entry.transform)
    }

    /// The samples of a file that we wrote: they are its end.
    private static func samples(
        of path: String, bytes: Int, _ type: SampleType, count: Int
    ) -> Samples? {
        guard let file = try? MappedFile(path: path), file.bytes.count == bytes,
            bytes > count * type.size
        else { return nil }
        let samples = UnsafeMutableRawBufferPointer(
            rebasing: file.bytes[(bytes - count * type.size)...])
        return Samples(SampleBuffer(samples) { withExtendedLifetime(file) {} }, type: type)
    }

    /// Copies an entry to a new folder, the record last.
    static func copy(_ entry: String, to folder: String) throws(EntryError) {
        guard mkdir(folder, 0o700) == 0 else { throw .system(.last) }
        let names = sampleNames.filter { FileSystem.isThere("\(entry)/\($0)") }
        for name in names + [recordName] {
            do throws(SystemFailure) {
                try FileSystem.copyFile("\(entry)/\(name)", to: "\(folder)/\(name)")
            } catch {
                throw .system(error)
            }
        }
    }

    private static let sampleNames = [imageName, labelName, firstStageName, classesName]

    /// Marks an entry as used now, for the order in which entries are removed.
    static func touch(_ folder: String) {
        utimensat(AT_FDCWD, "\(folder)/\(recordName)", nil, 0)
    }

    /// The last use of an entry, and its bytes; nil without a record.
    static func state(of folder: String) -> (used: Double, bytes: Int)? {
        var status = stat()
        guard stat("\(folder)/\(recordName)", &status) == 0 else { return nil }
        let files = sampleNames.compactMap { try? byteCount(of: "\(folder)/\($0)") }
        let used = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
        return (used, files.reduce(Int(status.st_size), +))
    }

    private static func byteCount(of path: String) throws(EntryError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(.last) }
        return Int(status.st_size)
    }
}

/// A reason why an entry was not written.
enum EntryError: Error, CustomStringConvertible {
    case system(SystemFailure)
    case image(ImageFault)
    case record(String)

    var description: String {
        switch self {
        case .system(let failure): "\(failure)"
        case .image(let fault): "\(fault)"
        case .record(let reason): reason
        }
    }
}

/// The key of a prepared case: everything that it depends on.
struct CacheKey: Encodable {
    /// Raised when the same files and options would lead to other voxels or another layout.
    private let version = 1
    private let options: PreparationOptions
    private let channels: [Channel]
    private let labelValues: [Int]
    private let ignore: Int?
    /// Digests of the image's files, in order, and those of the label maps.
    private let images: [String]
    private let label: String?
    private let firstStage: String?

    private struct Channel: Encodable {
        var rule: IntensityNormalization
        var intensities: ForegroundIntensities?
    }

    init(
        _ preparation: Preparation, images: [String], label: String?, firstStage: String?
    ) {
        options = preparation.options.withoutPatch
        channels = preparation.channels.map { .init(rule: $0.rule, intensities: $0.intensities) }
        labelValues =
            [preparation.labels.background] + preparation.labels.foreground.map(\.value)
        ignore = preparation.labels.ignore
        self.images = images
        self.label = label
        self.firstStage = firstStage
    }

    /// 32 hexadecimal digits.
    func text() throws -> String {
        ContentDigest(ofText: try JSONDocument.text(of: self, .line)).text
    }
}
