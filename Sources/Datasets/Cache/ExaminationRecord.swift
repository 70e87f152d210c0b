internal import FoundationEssentials
internal import SegNASHost
internal import SegNASImaging

/// The findings of a check in a case, kept beside prepared cases so that its files need not be read again.
struct ExaminationRecord: Codable {
    private var schema = 1
    private let grid: Geometry?
    private let content: ContentBox?
    private let digests: [ChannelDigest]
    private let profiles: [ChannelProfile?]
    private let labelCounts: [Int: Int]?
    /// Values as bytes of float32, for each channel.
    private let foreground: [Data]
    private let faults: [Fault]

    private struct Fault: Codable {
        var problem: CachedProblem
        var file: String?
    }

    private enum CodingKeys: CodingKey {
        case schema, grid, content, digests, profiles, labelCounts, foreground, faults
    }

    /// Records an examination; nil for a case with which training is impossible: the next check examines it again.
    init?(_ examination: CaseExamination) {
        guard examination.faults.stopping.allSatisfy({ $0.allowable != nil }) else { return nil }
        grid = examination.grid
        content = examination.content
        digests = examination.digests
        profiles = examination.profiles
        labelCounts = examination.labelCounts
        foreground = examination.foreground.map { $0.withUnsafeBytes { Data($0) } }
        faults = examination.faults.map { fault in
            Fault(
                problem: CachedProblem(
                    kind: fault.kind, severity: fault.severity, message: fault.message),
                file: fault.file)
        }
    }

    func examination(of identifier: String) -> CaseExamination {
        var result = CaseExamination(identifier: identifier)
        result.grid = grid
        result.content = content
        result.digests = digests
        result.profiles = profiles
        result.labelCounts = labelCounts
        result.foreground = foreground.map { data in
            data.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count - 3, by: 4).map {
                    bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
                }
            }
        }
        result.faults = faults.map {
            DatasetFault(.cached($0.problem), file: $0.file, caseIdentifier: identifier)
        }
        return result
    }

    // MARK: - Files

    /// Reads a record; nil if it is missing or cannot be understood.
    init?(contentsOf file: String) {
        guard let record = try? JSONDocument.read(Self.self, from: file, schema: 1...1) else {
            return nil
        }
        self = record
    }

    func write(to file: String) throws {
        try JSONDocument.write(self, to: file, .line)
    }
}

/// The key of an examination: everything that it depends on.
struct ExaminationKey: Encodable {
    /// Raised when the same files would lead to another examination.
    private let version = 3
    private let identifier: String
    /// Paths as faults name them.
    private let files: [String]
    private let digests: [String]
    private let channels: [String]
    private let labels: LabelTable
    private let sampledVoxels: Int

    init(_ subject: Dataset.Case, digests: [String], _ examiner: CaseExaminer) {
        let dataset = examiner.dataset
        identifier = subject.identifier
        files = (subject.images + [subject.label].compactMap(\.self)).map {
            relativePath($0, to: dataset.folder)
        }
        self.digests = digests
        channels = dataset.channels
        labels = dataset.labels
        sampledVoxels = examiner.sampledVoxels
    }

    /// 32 hexadecimal digits.
    func text() throws -> String {
        ContentDigest(ofText: try JSONDocument.text(of: self, .line)).text
    }
}

extension PreparedCache {
    /// Examines cases, or finds what an earlier check has found in the same files.
    func examine(
        _ cases: [Dataset.Case], by examiner: CaseExaminer, threads: Int
    ) -> [CaseExamination] {
        concurrentMap(cases.count, threads: threads) { examine(cases[$0], by: examiner) }
    }

    private func examine(_ subject: Dataset.Case, by examiner: CaseExaminer) -> CaseExamination {
        // The examination reports files that cannot be read.
        guard let digests = try? contentDigests(of: subject),
            let key = try? ExaminationKey(subject, digests: digests, examiner).text()
        else { return examiner.examine(subject) }
        let file = "\(examinations)/\(key).json"
        if let cached = ExaminationRecord(contentsOf: file) {
            return cached.examination(of: subject.identifier)
        }
        let examination = examiner.examine(subject)
        // Without it the files are read again next time, no more.
        try? ExaminationRecord(examination)?.write(to: file)
        return examination
    }
}
