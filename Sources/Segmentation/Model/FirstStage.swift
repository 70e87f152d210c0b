/// The first stage of a cascade: networks that see whole images at a low resolution.
///
/// Networks of the second stage see its label map beside the image, at full resolution. Isensee et al. 2021,
/// doi:10.1038/s41592-020-01008-z.
public struct FirstStage: Hashable, Codable, Sendable {
    /// The checksums of the weights of its models, the mean of which predicts.
    public var models: [String]

    public init(models: [String]) {
        self.models = models
    }
}
