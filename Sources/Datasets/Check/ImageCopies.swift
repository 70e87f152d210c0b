/// Images that are there more than once: in several cases, or in several channels of a case.
struct ImageCopies {
    private let examinations: [CaseExamination]
    private let channels: [String]
    /// The part of each examination's case; nil for those in none, and where there is no split.
    private let parts: [Split.Part?]
    private let isSplit: Bool
    /// Channels that are one image in all cases.
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
        commonChannels = Set(
            dataset.channels.indices.filter { channel in
                let digests = examinations.map { $0.digest(of: channel) }
                return examinations.count > 2 && digests[0] != nil
                    && digests.allSatisfy { $0 == digests[0] }
            })
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
        let copies = places.values.filter { Set($0.map(\.examination)).count > 1 }
        let files = Set(copies.map { copies in copies.map { Copy($0.examination, $0.file) } })
        return files.sorted { $0[0] < $1[0] }.map(fault)
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
            DatasetFault(.family(.sameInEveryCase(channel: name($0))))
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
            return [DatasetFault(.family(.sameChannelsEverywhere(name(first), name(second))))]
        }
        return both.map { examination in
            DatasetFault(
                .family(.sameChannels(name(first), name(second))),
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
