/// An image file whose values are no labels.
public struct LabelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public var file: String
    public var fault: LabelFault

    public init(file: String, fault: LabelFault) {
        self.file = file
        self.fault = fault
    }

    public var description: String { "\(file): \(fault)" }
}

extension LabelMap {
    /// The labels of an image file, unless it says itself that its values are none.
    public init(_ file: ImageFile) throws(LabelFault) {
        if let fault = file.labelNames?.fault { throw fault }
        try self.init(file.volume)
    }

    /// Reads an image file of labels.
    ///
    /// - Parameter path: A file of any format that volumes are read from.
    /// - Throws: `ImageError` where it cannot be read, `LabelFileError` where its values are no labels.
    public init(contentsOf path: String) throws {
        let file = try ImageFile(contentsOf: path)
        do throws(LabelFault) {
            try self.init(file)
        } catch {
            throw LabelFileError(file: path, fault: error)
        }
    }
}
