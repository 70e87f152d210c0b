public import SegNASImaging

/// A case that cannot be prepared.
public struct PreparationError: Error, Equatable, Sendable {
    /// The case's identifier.
    public var identifier: String
    public var fault: PreparationFault

    public init(identifier: String, fault: PreparationFault) {
        self.identifier = identifier
        self.fault = fault
    }
}

/// A reason why a case, or a whole dataset, cannot be prepared.
public enum PreparationFault: Error, Equatable, Sendable {
    case image(ImageError)
    case channels(expected: [String], found: Int)
    /// A file that should hold one channel or one label map.
    case severalChannels(file: String, count: Int)
    /// The grid of a channel or label map is not that of the first image.
    case geometry(file: String, reference: String, GridDifference)
    case notFinite(file: String, voxels: Int)
    case unexpectedLabel(file: String, value: Double, expected: [Int])
    /// `pad` has no room for the image.
    case tooLarge(image: SIMD3<Int>, size: SIMD3<Int>)
    /// More than a patch can be sampled from.
    case tooManyVoxels(SIMD3<Int>)
    /// CT is normalised by what its labelled voxels hold.
    case missingIntensities(channel: String)
    case tooManyLabels(Int)
    /// The second stage of a cascade needs what the first one predicts.
    case noFirstStage
    case cache(CacheError)
}

extension PreparationError: CustomStringConvertible {
    public var description: String { "case \(identifier): \(fault)" }
}

extension PreparationFault: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .image(let error): "\(error)"
        case .channels(let expected, let found):
            "has \(found) channels, and the dataset has \(expected.count) (\(expected.joined(separator: ", "))): "
                + "add what is missing, or remove the case"
        case .severalChannels(let file, let count):
            "\(file) holds \(count) channels or times, and one is expected: split it into files"
        case .geometry(let file, let reference, let mismatch):
            "\(file) \(mismatch), unlike \(reference): \(mismatch.remedy(of: "file", as: "image"))"
        case .notFinite(let file, let voxels):
            "\(file) has \(voxels) voxels that are NaN, infinite or beyond float32: replace them, for example by 0"
        case .unexpectedLabel(let file, let value, let expected):
            "\(file) holds the value \(shortest(value)), which is no label of the dataset (\(list(expected))): "
                + "correct the file, or name the label in the dataset's description"
        case .tooLarge(let image, let size):
            "the image has \(text(image)) voxels, more than the \(text(size)) of `size`: "
                + "choose a `size` that holds it, or `fit` resize"
        case .tooManyVoxels(let size):
            "the image would have \(text(size)) voxels at the prepared spacing, more than 2³¹: choose a coarser spacing"
        case .missingIntensities(let channel):
            "channel \(channel) is normalised as CT, by the intensities of the dataset's labelled voxels, "
                + "and they are not known: have them computed, or choose another normalisation"
        case .tooManyLabels(let count):
            "\(count) labels are more than the \(LabelTable.maxForeground) that segnas3d can tell apart"
        case .noFirstStage:
            "the first stage of the cascade has not predicted it: predict with the cascade's folder"
        case .cache(let error): "\(error)"
        }
    }

    private func text(_ size: SIMD3<Int>) -> String { "\(size.x)×\(size.y)×\(size.z)" }

    private func shortest(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private func list(_ values: [Int]) -> String {
        let shown = values.prefix(12).map(String.init).joined(separator: ", ")
        return values.count > 12 ? shown + ", …" : shown
    }
}

/// All cases of a dataset that cannot be prepared.
public struct PreparationErrors: Error, Equatable, Sendable {
    public var errors: [PreparationError]

    public init(errors: [PreparationError]) {
        self.errors = errors
    }

    /// True if cases are at fault, and not only the cache.
    public var concernsDataset: Bool {
        errors.contains { if case .cache = $0.fault { false } else { true } }
    }

    /// The smallest size that holds the images for which there was no room; nil if all fitted.
    private var sufficientSize: SIMD3<Int>? {
        errors.reduce(nil as SIMD3<Int>?) { size, error in
            guard case .tooLarge(let image, let limit) = error.fault else { return size }
            return pointwiseMax(size ?? limit, image)
        }
    }
}

extension PreparationErrors: CustomStringConvertible {
    /// A line for each of the first cases: one mistake may concern a thousand.
    public var description: String {
        let shown = 20
        var lines = errors.prefix(shown).map {
            if case .cache(let error) = $0.fault { "\(error)" } else { "\($0)" }
        }
        if errors.count > shown { lines.append("… and \(errors.count - shown) more cases") }
        if errors.count > 1, let size = sufficientSize {
            lines.append("`size` \(size.x)x\(size.y)x\(size.z) holds all of them")
        }
        return lines.joined(separator: "\n")
    }
}
