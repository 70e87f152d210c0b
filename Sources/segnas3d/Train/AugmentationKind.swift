internal import ArgumentParser
internal import SegNASSegmentation

/// Ways to vary training images beside the paper's, each with its default numbers; mirroring has an option of its own.
enum AugmentationKind: String, CaseIterable, ExpressibleByArgument {
    case elastic, noise, blur, brightness, contrast
    case lowResolution = "low-resolution"
    case invertedGamma = "inverted-gamma"
    case gamma

    func switchOn(in augmentation: inout Augmentation) {
        switch self {
        case .elastic: augmentation.elastic = .init()
        case .noise: augmentation.noise = .init()
        case .blur: augmentation.blur = .init()
        case .brightness: augmentation.brightness = .init()
        case .contrast: augmentation.contrast = .init()
        case .lowResolution: augmentation.lowResolution = .init()
        case .invertedGamma: augmentation.invertedGamma = .init(probability: 0.1)
        case .gamma: augmentation.gamma = .init()
        }
    }
}
