internal import CXXHash
import FoundationEssentials
internal import Imaging

/// Everything that a prepared case depends on.
struct CacheKey: Encodable {
    /// Raised when the same files and options would lead to other voxels or another layout.
    private let version = 1
    private let options: PreparationOptions
    private let channels: [Channel]
    private let labelValues: [Int]
    private let ignore: Int?
    /// Digests of the image's files, in order, and that of the label map.
    private let images: [String]
    private let label: String?

    private struct Channel: Encodable {
        var rule: IntensityNormalization
        var intensities: ForegroundIntensities?
    }

    init(_ preparation: Preparation, images: [String], label: String?) {
        options = preparation.options
        channels = preparation.channels.map { .init(rule: $0.rule, intensities: $0.intensities) }
        labelValues =
            [preparation.labels.background] + preparation.labels.foreground.map(\.value)
        ignore = preparation.labels.ignore
        self.images = images
        self.label = label
    }

    /// 32 hexadecimal digits.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let hash = try encoder.encode(self).withUnsafeBytes {
            XXH3_128bits($0.baseAddress, $0.count)
        }
        return hash.text
    }
}

extension XXH128_hash_t {
    /// 32 hexadecimal digits.
    var text: String {
        [high64, low64].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
