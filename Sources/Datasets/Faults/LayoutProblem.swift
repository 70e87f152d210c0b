public import SegNASHost

/// A problem of a dataset's files and descriptions, found before any image is read.
public enum LayoutProblem: Hashable, Sendable {
    case missing
    /// A hint that says how to make a dataset of what is there.
    case unrecognised(hint: String)
    /// JSON with these keys.
    case unrecognisedKeys([String])
    /// Several folders could hold the images, or the label maps.
    case severalFolders(images: [String], labels: [String])
    /// More than one file could describe the dataset.
    case severalDatalists([String])
    case file(TextFileFault)
    case notJSON
    /// JSON, but a list or a value.
    case notObject
    /// A key that an object has twice.
    case keyTwice(String)
    case keyMissing(String)
    /// A key's value is not what it must be.
    case keyType(String, expected: String)
    case channelKeys([String])
    case unsupportedFormat(String)
    /// The stated ending, that of an image, and how many of all images have other endings.
    case endingDiffers(stated: String, example: String, count: Int, of: Int)
    case region(RegionFault)
    case labelType(String)
    case backgroundMissing(byValue: Bool)
    /// The name of the value 0, which is not one for a background.
    case backgroundNamed(String)
    /// A structure with the value 0, where the background has another.
    case structureAtZero(String, background: Int)
    case labelTwice(value: Int, names: [String])
    case nameTwice(String, values: [Int])
    case noForeground
    case tooManyLabels(Int)
    /// A contradiction between label maps that name their values themselves.
    case labelNames(LabelContradiction)
    case noCases
    /// A folder of images to predict that holds none.
    case noImages
    /// A folder that cannot be read.
    case unlistable
    /// A case that a split names.
    case caseMissing
    /// Images to predict that are no dataset, of which a part is asked for.
    case noParts
    case caseCount(stated: Int, found: Int, isListed: Bool)
    case item(list: String, index: Int, expected: String)
    case listedTwice(cases: [String])
    /// A case in several lists, or several times in one.
    case caseInLists([String])
    /// A listed file, and one that lies where it should be.
    case fileMissing(instead: String?)
    case variablesUnset([String])
    /// Files of a list that nnU-Net passes over, which are not there.
    case listContradicts([String])
    /// The numbers of cases in such a list, and in the folders.
    case listDiffers(listed: Int, found: Int)
    /// A label map without an image, and the one that is like it.
    case imageMissing(probably: String?)
    case labelMissing
    case channelMissing([CaseChannel])
    case channelCount(found: Int, expected: Int)
    /// Files beside an image that are channels by their names; the label map that is named after the image alone.
    case channelUnread([String], label: String?)
    /// Files that may be channels of one case, for a model that sees one.
    case channelsOrCases([String])
    /// Files that claim to be the same.
    case sameImage([String])
    /// One DICOM series in several folders, beside which others lie.
    case spreadSeries([String])
    /// A file whose name is not UTF-8.
    case notUTF8
    case severalLabels([String])
    /// Files of which the names do not say whether they are channels.
    case unclear([String])
    /// A link to what does not exist.
    case linkTarget
    /// A file beside the image and the label map of a case.
    case unread
    /// A file among images or label maps whose ending no reader knows.
    case unknownEnding
    /// An image without a label map whose name begins with that of another case.
    case besideCase(String)
    /// `dataset.json` as it might be.
    case undescribed(json: String)
}

extension LayoutProblem {
    var severity: DatasetFault.Severity {
        switch self {
        case .caseCount(_, _, let isListed): isListed ? .warning : .fault
        case .endingDiffers(_, _, let count, let all): count < all ? .warning : .fault
        case .backgroundNamed, .structureAtZero, .besideCase, .listDiffers, .unread, .unknownEnding,
            .undescribed:
            .warning
        default: .fault
        }
    }

    /// The problem and its remedy.
    var message: String {
        switch self {
        case .missing: "does not exist"
        case .unrecognised(let hint):
            """
            is not a dataset that segnas3d reads: \(hint). Datasets are a folder with nnU-Net's or the Decathlon's \
            dataset.json; a MONAI datalist (a .json file with a "training" list); folders images and labels; label \
            maps beside their images; a folder for each case; or BIDS with derivatives
            """
        case .unrecognisedKeys(let keys):
            """
            is not a dataset's description: it has \(keysInWords(keys)), and neither \
            nnU-Net's "channel_names" and "labels" nor a "training" list of images and labels
            """
        case .severalFolders(let images, let labels):
            """
            has several folders that could hold images (\(listed(images))) or label maps (\(listed(labels))): name \
            those that are meant images and labels
            """
        case .severalDatalists(let names):
            "several files could list the cases: name one of \(names.joined(separator: ", "))"
        case .file(let fault): fault.description
        case .notJSON: "is not JSON: is it complete, and without comments, NaN and trailing commas?"
        case .notObject: "holds no object: write {\"training\": […]} about its list"
        case .keyTwice(let key): "\"\(key)\" appears more than once in an object: keep one"
        case .keyMissing(let key): "lacks \"\(key)\": add it"
        case .keyType(let key, let expected): "\"\(key)\" must be \(expected)"
        case .channelKeys(let keys):
            "the keys of the channels are \(keys.joined(separator: ", ")): number them from 0"
        case .unsupportedFormat(let ending):
            "the images are \(ending) files, which segnas3d does not read: convert them to .nii.gz"
        case .endingDiffers(let stated, let example, let count, let all) where count == all:
            "\"file_ending\" says \(stated), and the images are named like \(example): correct it"
        case .endingDiffers(let stated, let example, let count, _):
            """
            "file_ending" says \(stated), and \(count) \(count == 1 ? "file ends" : "files end") otherwise, such as \
            \(example): nnU-Net passes over such files, segnas3d reads them
            """
        case .region(let fault): fault.message
        case .labelType(let name):
            "the label \"\(name)\" must have one whole number, as in {\"\(name)\": 1} or {\"1\": \"\(name)\"}"
        case .backgroundMissing(let byValue):
            "no label is the background: add "
                + (byValue ? "\"0\": \"background\"" : "\"background\": 0")
        case .backgroundNamed(let name):
            """
            the value 0 is named \(name), and is taken for the background, which is not learned: if it is a structure, \
            give it another value in the label maps
            """
        case .structureAtZero(let name, let background):
            """
            the value 0 is \(name), a structure, and \(background) is the background, of which there is most in nearly \
            every label map: correct the values if they are exchanged
            """
        case .labelTwice(let value, let names):
            "\(names.joined(separator: " and ")) have the same value \(value): give each its own"
        case .nameTwice(let name, let values):
            "the values \(list(values)) are both named \(name): give each its own name"
        case .noForeground: "no label besides the background: there is nothing to learn"
        case .tooManyLabels(let count):
            "\(count) labels, and 254 are possible: are these label maps, and not images?"
        case .labelNames(let contradiction): "\(contradiction); \(LabelContradiction.remedy)"
        case .noCases: "no image with a label map: there is nothing to learn from"
        case .noImages: "holds no image"
        case .unlistable: "cannot be looked into: are its permissions right?"
        case .caseMissing:
            "the dataset has no such case with a label map: is it the one that the model was trained on?"
        case .noParts:
            "is no dataset, and has no parts: name the folder of the dataset, or leave out `part`"
        case .caseCount(let stated, let found, _):
            "\"numTraining\" says \(stated), and \(found) cases are there: are files missing? If not, correct it"
        case .item(let list, let index, let expected):
            "entry \(index) of \"\(list)\" must be \(expected)"
        case .caseInLists(let lists) where Set(lists).count == 1:
            "is \(lists.count) times in \"\(lists[0])\": list it once"
        case .caseInLists(let lists):
            "is in \(lists.map { "\"\($0)\"" }.joined(separator: " and in ")): list it once"
        case .listedTwice(let cases) where Set(cases).count == 1:
            "is listed twice for \(cases[0]): each image and each label map needs its own file"
        case .listedTwice(let cases):
            "belongs to \(cases.joined(separator: " and ")): each case needs its own file"
        case .fileMissing(let instead?):
            "does not exist; \(instead) does: correct the path, which starts from the folder of the .json file"
        case .fileMissing: "does not exist: paths start from the folder of the .json file"
        case .variablesUnset(let names):
            "does not exist, as \(listed(names)) is not set: set it, or write the path without it"
        case .listContradicts(let files):
            """
            "training" lists \(shortened(files)), which \(files.count == 1 ? "is" : "are") not there, and imagesTr has \
            other images: nnU-Net passes over this list; remove it, or correct it
            """
        case .listDiffers(let listed, let found):
            """
            "training" lists \(listed) of the \(found) cases in imagesTr and labelsTr, and all are used, as nnU-Net \
            passes over this list: remove it, or move the files that are not meant
            """
        case .imageMissing(let image?):
            """
            there is no image for this label map: was \(image) meant? Give both the same name; or remove the label map
            """
        case .imageMissing: "there is no image for this label map: add it, or remove the label map"
        case .labelMissing:
            "there is no label map for this image: add it, or move the image to imagesTs"
        case .channelMissing(let channels):
            """
            \(channels.count == 1 ? "channel" : "channels") \(channels.map(\.words).joined(separator: ", ")) \
            \(channels.count == 1 ? "is" : "are") missing: add \(channels.map(\.ending).joined(separator: ", "))
            """
        case .channelCount(let found, let expected):
            """
            has \(found) channel files where the dataset has \(expected) \(expected == 1 ? "channel" : "channels"): \
            name every channel, or take away the files that are not meant
            """
        case .channelUnread(let files, let label?):
            """
            \(shortened(files)) would be left unread: channels by name, while \(label) is named after this file alone; \
            name the label map without the channel's number, or take those files away
            """
        case .channelUnread(let files, _):
            """
            \(shortened(files)) would be left unread, and \(files.count == 1 ? "is a channel" : "are channels") of \
            the same case by name: name every channel in the .json file, or take those files away
            """
        case .channelsOrCases(let files):
            """
            \(shortened(files)) look like channels of one case, and the model sees 1 channel: leave the files of that \
            channel only, or rename them if each is a case
            """
        case .sameImage(let files):
            "\(files.joined(separator: " and ")) have the same name: keep one"
        case .spreadSeries(let folders):
            """
            the slices of one DICOM series lie in \(folders.joined(separator: " and ")), and other series beside \
            them: put them into one folder
            """
        case .notUTF8: "its name is not UTF-8, as bytes such as \\xE9 in it tell: rename it"
        case .severalLabels(let files):
            """
            \(files.joined(separator: " and ")) are both label maps of this case by their names: keep one, or if each \
            holds a structure, put them into one label map with a value for each
            """
        case .unclear(let files):
            """
            the names \(shortened(files)) do not say which are channels and which is the label map: name them like \
            t1.nii.gz and label.nii.gz, or list them in a file list.json: {"training": [{"image": \
            ["\(files.first ?? "")"], "label": "…"}]}
            """
        case .linkTarget:
            "is a link to what does not exist: is a disk not mounted? If it is of no use, remove it"
        case .unknownEnding:
            "is not read, as segnas3d knows no format with this ending: if it is an image, unpack or convert it"
        case .unread:
            "is not read: its name does not say that it belongs to the image or is its label map"
        case .besideCase(let identifier):
            """
            is taken for a case without label map; if it is another channel of \(identifier), name its channels \
            \(identifier)_0000, \(identifier)_0001, …
            """
        case .undescribed(let json):
            """
            dataset.json is missing, so labels and channels have no names (and CT is not treated as CT); with these \
            lines it would say so: \(json)
            """
        }
    }
}

private func keysInWords(_ keys: [String]) -> String {
    keys.isEmpty ? "no keys" : "the \(keys.count == 1 ? "key" : "keys") \(shortened(keys))"
}

/// The first names of many.
func shortened(_ files: [String]) -> String {
    files.count > 4
        ? files.prefix(3).joined(separator: ", ") + " and \(files.count - 3) more" : listed(files)
}

private func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ", ")
}

/// Four digits as nnU-Net numbers channels: `0002`.
func channelDigits(_ channel: Int) -> String {
    padded(channel, to: 4)
}
