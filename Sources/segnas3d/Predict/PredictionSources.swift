internal import Datasets
import FoundationEssentials
internal import Host

/// Of which images the label maps of a folder are: its `sources.jsonl`, a line for each.
///
/// A label map is known by its case's name, and another image may have the same.
struct PredictionSources {
    let path: String
    private let digests: [String: [String]]

    /// A line of the file.
    private struct Line: Codable {
        /// The case.
        var name: String
        /// XXH3 with 128 bits of each channel's file.
        var images: [String]

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case images
        }
    }

    /// Reads the file; lines that a killed process has left unfinished say nothing.
    init(_ path: String) {
        self.path = path
        let text = (try? readText(at: path, limit: 1 << 30)) ?? ""
        let lines = text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        digests = Dictionary(lines.map { ($0.name, $0.images) }) { $1 }
    }

    /// Whether the label map of a case is known to be that of other images.
    func differ(from subject: Dataset.Case) -> Bool {
        guard let known = digests[subject.identifier], let now = Self.digests(of: subject) else {
            return false
        }
        return known != now
    }

    /// Takes note of a case whose label map is about to be written.
    func add(_ subject: Dataset.Case) throws {
        guard let images = Self.digests(of: subject) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let line = try encoder.encode(Line(name: subject.identifier, images: images))
        try appendLine(String(decoding: line, as: UTF8.self), to: path)
    }

    /// Nil for a folder of DICOM files.
    private static func digests(of subject: Dataset.Case) -> [String]? {
        let digests = subject.images.compactMap { try? ContentDigest(of: $0).text }
        return digests.count == subject.images.count ? digests : nil
    }
}
