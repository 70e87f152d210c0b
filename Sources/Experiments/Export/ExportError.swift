internal import SegNASHost

/// A model that cannot be exported, or an export that cannot be written.
public enum ExportError: Error, Hashable, Sendable {
    /// Only this program runs the two stages of a cascade.
    case cascade(String)
    /// The format holds one network.
    case severalModels(String, first: String, count: Int)
    case scoresOfSeveral(String)
    /// Models of an ensemble see images prepared in different ways.
    case preparations(String)
    /// Over what protocol buffers hold.
    case tooLarge(bytes: Int)
    /// The exported network gives other values than the model.
    case parity(ExportFormat, ExportParity)
    case exists(String)
    case unwritable(String, reason: String)
    /// A file of a zip that is not what was written.
    case damaged(String)
}

extension ExportError {
    init(_ error: NewFileError) {
        switch error {
        case .exists(let path): self = .exists(path)
        case .unwritable(let path, let reason): self = .unwritable(path, reason: reason)
        }
    }
}

extension ExportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cascade(let path):
            "\(path): the second stage of a cascade sees what the first has predicted, which only segnas3d does: "
                + "use `format` zip, which holds both"
        case .severalModels(let path, let first, let count):
            "\(path) is the mean of \(count) models, and this `format` holds one: name one of them, such as \(first)"
        case .scoresOfSeveral(let path):
            "\(path): the mean of several models has probabilities and no scores: use `outputs` probabilities"
        case .preparations(let path):
            "\(path): its models see images prepared in different ways, which one network cannot: "
                + "export each by itself, or use `format` zip"
        case .tooLarge(let bytes):
            "the model has \(ByteCount(bytes)), and a file of this `format` holds less than 2 GiB: export its "
                + "networks one by one, or use `format` torchscript"
        case .parity(let format, let parity):
            "nothing is written: the \(format.name) network gives other values than the model, "
                + "\(parity.words): please report this with the model's model.json"
        case .exists(let path): "\(path) exists: remove it, or name another `output`"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .damaged(let path):
            "\(path) cannot be read back as it was written: is the disk in order?"
        }
    }
}

extension ExportParity {
    /// The differences in words.
    public var words: String {
        images.map { image in
            let size = SizeText.xyz(image.size)
            let voxels = image.size.x * image.size.y * image.size.z
            let labels = "\(image.otherLabels) of \(voxels) labels"
            let value = image.difference.map { "probabilities by \(Self.text($0)) at most, " } ?? ""
            let wrong = image.wrongLabels > 0 ? ", \(image.wrongLabels) clearly" : ""
            return "at \(size) \(value)\(labels)\(wrong)"
        }.joined(separator: "; ")
    }

    /// With two digits, `3.1e-07`.
    private static func text(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return "\(value)" }
        var (digits, exponent) = (value, 0)
        // What would be rounded to 10 has the next exponent.
        while digits < 0.995 {
            digits *= 10
            exponent -= 1
        }
        let rounded = (digits * 10).rounded() / 10
        return exponent == 0 ? "\(rounded)" : "\(rounded)e\(exponent)"
    }
}
