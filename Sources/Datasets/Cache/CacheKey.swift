internal import SegNASHost
internal import SegNASImaging

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
        ContentDigest(ofText: try JSONDocument.text(of: self, .line)).text
    }
}
