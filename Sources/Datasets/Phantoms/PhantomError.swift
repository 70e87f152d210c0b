public import SegNASImaging

/// Why phantoms cannot be made or written.
public enum PhantomError: Error, Equatable, Sendable {
    case unreadableFolder(String)
    case noMaps(String)
    case emptyMap(String)
    case labels(String, LabelFault)
    case tooManyLabels(String, count: Int)
    case image(ImageError)
    /// The folder to write to holds a whole dataset.
    case complete(String)
    /// The folder to write to holds something else.
    case occupied(String)
    /// The folder was begun with other options.
    case begunOtherwise(String)
    case unwritable(String, reason: String)
}

extension PhantomError: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .unreadableFolder(let folder): "\(folder) cannot be read: is it a folder?"
        case .noMaps(let folder): "\(folder) holds no images: name a folder of label maps"
        case .emptyMap(let file): "\(file) holds no label but 0: remove it"
        case .labels(let file, let fault): "\(file) \(fault)"
        case .tooManyLabels(let folder, let count):
            "\(folder) has \(count) different labels, and phantoms can have "
                + "\(PhantomMaps.mostLabels): merge some"
        case .image(let error): error.description
        case .complete(let folder):
            "\(folder) holds a dataset already: remove it, or name another folder"
        case .occupied(let folder): "\(folder) is not empty: name another folder"
        case .begunOtherwise(let folder):
            "\(folder) was begun with other options: give the same ones to finish it, remove it, "
                + "or name another folder"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
