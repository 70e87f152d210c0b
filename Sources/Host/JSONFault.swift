/// What is wrong with a JSON document.
public enum JSONFault: Error, Hashable, Sendable {
    /// The file cannot be read as text.
    case text(TextFileFault)
    /// No JSON, or JSON of another kind.
    case syntax
    /// Written by a later program.
    case schema(Int, known: Int)
    case field(FieldFault)
    /// What the type that is read says itself.
    case content(String)

    package var isMissingFile: Bool {
        if case .text(let fault) = self { fault.isMissingFile } else { false }
    }
}

/// What is wrong with one key of a JSON document; keys of objects in objects are joined by dots.
public enum FieldFault: Error, Hashable, Sendable {
    case missing(String)
    case value(String)
}

/// A file of JSON that cannot be used.
public struct JSONFileError: Error, Hashable, Sendable {
    public var file: String
    public var fault: JSONFault
}

// MARK: - Words

extension JSONFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .text(let fault): "\(fault)"
        case .syntax: "is not the JSON that belongs there"
        case .schema(let found, let known):
            "is of version \(found), and this segnas3d reads version \(known): use the segnas3d that wrote it, or a "
                + "later one"
        case .field(let fault): "\(fault)"
        case .content(let words): words
        }
    }
}

extension FieldFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let key): "lacks \"\(key)\""
        case .value(let key): "\"\(key)\" has a value that no segnas3d wrote"
        }
    }
}

extension JSONFileError: CustomStringConvertible {
    public var description: String { "\(file): \(fault)".printable }
}

// MARK: - From the decoder's errors

extension JSONFault {
    init(_ error: DecodingError) {
        func path(_ keys: [any CodingKey]) -> String {
            keys.filter { $0.intValue == nil }.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            self = .field(.missing(path(context.codingPath + [key])))
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            let path = path(context.codingPath)
            self = path.isEmpty ? .syntax : .field(.value(path))
        @unknown default: self = .content("\(error)")
        }
    }
}
