public import Host

/// What can be wrong with a dataset's files and descriptions, before any image is read.
public enum LayoutProblem: Hashable, Sendable {
    case missing
    case unrecognised
    /// More than one file could describe the dataset.
    case severalDatalists([String])
    case file(TextFileFault)
    case notJSON
    case keyMissing(String)
    /// A key's value is not what it must be.
    case keyType(String, expected: String)
    case channelKeys([String])
    case unsupportedFormat(String)
    case regionLabels([String])
    case labelType(String)
    case backgroundMissing
    case labelTwice(value: Int, names: [String])
    case nameTwice(String, values: [Int])
    case noForeground
    case tooManyLabels(Int)
    case labelsUnreadable
    /// Of label maps that name their values themselves.
    case labelNames(LabelContradiction)
    case noCases
    /// A folder of images to be predicted without any.
    case noImages
    /// A case that a split names.
    case caseMissing
    case caseCount(stated: Int, found: Int, isListed: Bool)
    case item(list: String, index: Int, expected: String)
    case listedTwice(cases: [String])
    case fileMissing
    case imageMissing
    case labelMissing
    case channelMissing([Int])
    case channelCount(found: Int, expected: Int)
    /// Files that claim to be the same.
    case sameImage([String])
    /// A file whose name is no text.
    case notUTF8
}

extension LayoutProblem {
    var severity: DatasetFault.Severity {
        switch self {
        case .caseCount(_, _, let isListed): isListed ? .warning : .fault
        default: .fault
        }
    }

    /// The problem and its remedy.
    var message: String {
        switch self {
        case .missing: "does not exist"
        case .unrecognised:
            """
            is not a dataset that segnas3d reads: a folder with nnU-Net v2's dataset.json, imagesTr and labelsTr; \
            one with the Medical Segmentation Decathlon's dataset.json; a MONAI datalist (a .json file with a \
            "training" list); or a folder with images and labels
            """
        case .severalDatalists(let names):
            "several files could list the cases: name one of \(names.joined(separator: ", "))"
        case .file(let fault): fault.description
        case .notJSON: "is not JSON: is it complete, and without comments and trailing commas?"
        case .keyMissing(let key): "lacks \"\(key)\": add it"
        case .keyType(let key, let expected): "\"\(key)\" must be \(expected)"
        case .channelKeys(let keys):
            "the keys of the channels are \(keys.joined(separator: ", ")): number them from 0"
        case .unsupportedFormat(let ending):
            "the images are \(ending) files, which segnas3d does not read: convert them to .nii.gz"
        case .regionLabels(let names):
            """
            \(names.joined(separator: ", ")): regions, labels made of several values, are not supported: give each \
            structure one value
            """
        case .labelType(let name):
            "the label \"\(name)\" must have one whole number, as in {\"\(name)\": 1} or {\"1\": \"\(name)\"}"
        case .backgroundMissing: "no label is the background: add \"background\": 0"
        case .labelTwice(let value, let names):
            "\(names.joined(separator: " and ")) have the same value \(value): give each its own"
        case .nameTwice(let name, let values):
            "the values \(list(values)) are both named \(name): give each its own name"
        case .noForeground: "no label besides the background: there is nothing to learn"
        case .tooManyLabels(let count):
            "\(count) labels, and 254 are possible: are these label maps, and not images?"
        case .labelsUnreadable: "no label map can be read, so the labels are not known"
        case .labelNames(let contradiction): "\(contradiction); \(LabelContradiction.remedy)"
        case .noCases: "no image with a label map: there is nothing to learn from"
        case .noImages: "holds no image"
        case .caseMissing:
            "the dataset has no such case with a label map: is it the one that the model was trained on?"
        case .caseCount(let stated, let found, _):
            "\"numTraining\" says \(stated), and \(found) cases are there: are files missing? If not, correct it"
        case .item(let list, let index, let expected):
            "entry \(index) of \"\(list)\" must be \(expected)"
        case .listedTwice(let cases) where Set(cases).count == 1:
            "is listed twice for \(cases[0]): each image and each label map needs its own file"
        case .listedTwice(let cases):
            "belongs to \(cases.joined(separator: " and ")): each case needs its own file"
        case .fileMissing: "does not exist: paths start from the folder of the .json file"
        case .imageMissing: "there is no image for this label map: add it, or remove the label map"
        case .labelMissing:
            "there is no label map for this image: add it, or move the image to imagesTs"
        case .channelMissing(let channels):
            "channel \(list(channels)) is missing: add \(channels.map(suffix).joined(separator: ", "))"
        case .channelCount(let found, let expected):
            "has \(found) channel files where the dataset has \(expected) channels"
        case .sameImage(let files):
            "\(files.joined(separator: " and ")) have the same name: keep one"
        case .notUTF8: "its name is not UTF-8, as bytes such as \\xE9 in it tell: rename it"
        }
    }
}

private func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ", ")
}

private func suffix(_ channel: Int) -> String {
    "…_\(channelDigits(channel))"
}

/// Four digits as nnU-Net numbers channels: `0002`.
func channelDigits(_ channel: Int) -> String {
    let digits = "\(channel)"
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
