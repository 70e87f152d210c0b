internal import SegNASHost
internal import SegNASImaging

/// Images that are there more than once: in several cases, or in several channels of a case.
struct ImageCopies {
    private let examinations: [CaseExamination]
    private let channels: [String]
    /// The part of each examination's case; nil for those in no part, and without a split.
    private let parts: [Split.Part?]
    private let isSplit: Bool
    /// Channels that are one image in all cases, beside others that are not.
    private let commonChannels: Set<Int>

    init(_ examinations: [CaseExamination], of dataset: Dataset, split: Split?) {
        self.examinations = examinations
        channels = dataset.channels
        isSplit = split != nil
        var places: [String: Split.Part] = [:]
        for part in Split.Part.allCases {
            for name in split?[part] ?? [] { places[name] = part }
        }
        parts = examinations.indices.map { index in
            // Images without a label map are to be predicted, as those of a test.
            index < dataset.training.count ? places[examinations[index].identifier] : .test
        }
        let common = dataset.channels.indices.filter { channel in
            let digests = examinations.map { $0.digest(of: channel) }
            return examinations.count > 2 && digests[0] != nil
                && digests.allSatisfy { $0 == digests[0] }
        }
        // An atlas lies beside an image; where nothing differs, all cases are copies of one.
        commonChannels = common.count == dataset.channels.count ? [] : Set(common)
    }

    var faults: [DatasetFault] { inCases + inChannels + commonImages }

    private func name(_ channel: Int) -> String {
        channels.indices.contains(channel) ? channels[channel] : "\(channel)"
    }

    // MARK: - Cases

    /// One fault for each image that several cases have; those of a 4D file count as one.
    private var inCases: [DatasetFault] {
        var places: [ImageDigest: [(examination: Int, file: String)]] = [:]
        for (index, examination) in examinations.enumerated() {
            for digest in examination.digests where !commonChannels.contains(digest.channel) {
                places[digest.digest, default: []].append((index, digest.file))
            }
        }
        // A file that a list names twice is a fault of the list.
        let copies = places.values.filter {
            Set($0.map(\.examination)).count > 1 && Set($0.map(\.file)).count > 1
        }
        // A file may hold the same image in several channels.
        let files = Set(copies.map { copies in Set(copies.map { Copy($0.examination, $0.file) }) })
        return files.map { $0.sorted() }.sorted { $0[0] < $1[0] }.map(fault)
    }

    private struct Copy: Hashable, Comparable {
        var examination: Int
        var file: String

        init(_ examination: Int, _ file: String) {
            self.examination = examination
            self.file = file
        }

        static func < (a: Copy, b: Copy) -> Bool {
            (a.examination, a.file) < (b.examination, b.file)
        }
    }

    private func fault(_ copies: [Copy]) -> DatasetFault {
        let used = Set(copies.compactMap { parts[$0.examination] })
        return DatasetFault(
            .duplicate(
                copies.dropFirst().map(\.file),
                parts: isSplit ? Split.Part.allCases.filter(used.contains) : nil),
            file: copies[0].file, caseIdentifier: examinations[copies[0].examination].identifier)
    }

    private var commonImages: [DatasetFault] {
        commonChannels.sorted().map {
            DatasetFault(.outlier(.sameInEveryCase(channel: name($0))))
        }
    }

    // MARK: - Channels

    private var inChannels: [DatasetFault] {
        channels.indices.flatMap { second in
            (0..<second).flatMap { first in copies(of: first, in: second) }
        }
    }

    private func copies(of first: Int, in second: Int) -> [DatasetFault] {
        let both = examinations.filter { examination in
            examination.digest(of: first).map { $0 == examination.digest(of: second) } ?? false
        }
        guard both.count < examinations.count || examinations.count < 2 else {
            return [DatasetFault(.outlier(.sameChannelsEverywhere(name(first), name(second))))]
        }
        return both.map { examination in
            DatasetFault(
                .outlier(.sameChannels(name(first), name(second))),
                file: examination.digests.first { $0.channel == second }?.file,
                caseIdentifier: examination.identifier)
        }
    }
}

extension CaseExamination {
    fileprivate func digest(of channel: Int) -> ImageDigest? {
        digests.first { $0.channel == channel }?.digest
    }
}

/// The digest of an image's values: XXH3's 128 bits, in which no two different images will ever agree.
///
/// A copy has the same digest however it is stored: in another type, compressed, or with its axes in another order.
struct ImageDigest: Hashable, Codable, Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// Voxels along right, anterior and superior.
    var size = SIMD3<Int>()
}

/// A channel of a case and its digest.
struct ChannelDigest: Hashable, Codable, Sendable {
    /// The file's path as the dataset names it.
    var file: String
    /// The index among the dataset's channels.
    var channel: Int
    var digest: ImageDigest
}

extension ImageDigest {
    /// The digests of the channels of a volume.
    static func all(of volume: Volume) -> [ImageDigest] {
        let canonical = volume.reoriented(to: .ras, threads: 1)
        return switch volume.samples.type {
        case .uint8: all(of: canonical, UInt8.self) { Double($0) }
        case .int8: all(of: canonical, Int8.self) { Double($0) }
        case .uint16: all(of: canonical, UInt16.self) { Double($0) }
        case .int16: all(of: canonical, Int16.self) { Double($0) }
        case .uint32: all(of: canonical, UInt32.self) { Double($0) }
        case .int32: all(of: canonical, Int32.self) { Double($0) }
        case .uint64: all(of: canonical, UInt64.self) { Double($0) }
        case .int64: all(of: canonical, Int64.self) { Double($0) }
        case .float32: all(of: canonical, Float.self) { Double($0) }
        case .float64: all(of: canonical, Double.self) { $0 }
        }
    }

    private static func all<Value: Sample>(
        of volume: Volume, _ type: Value.Type, _ number: (Value) -> Double
    ) -> [ImageDigest] {
        volume.channelBuffers(of: type) { values in
            ImageDigest(values, volume, number)
        }
    }

    private init<Value: Sample>(
        _ values: UnsafeBufferPointer<Value>, _ volume: Volume, _ number: (Value) -> Double
    ) {
        let scaling = volume.scaling
        let stream = DigestStream()
        var piece = [Float](repeating: 0, count: 1 << 14)
        for start in stride(from: 0, to: values.count, by: piece.count) {
            let count = min(piece.count, values.count - start)
            for index in 0..<count {
                // Not −0, which is the same value.
                piece[index] =
                    Float(number(values[start + index]) * scaling.slope + scaling.intercept) + 0
            }
            piece[..<count].withUnsafeBytes { stream.add($0) }
        }
        let (low, high) = stream.halves
        self.init(low: low, high: high, size: volume.geometry.size)
    }
}
