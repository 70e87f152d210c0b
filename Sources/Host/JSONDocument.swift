internal import FoundationEssentials

/// Reads and writes JSON, as text and as files.
///
/// Keys are sorted, so that equal values have equal text. Files appear whole or not at all, and are on disk afterwards;
/// they are read up to a limit, so that a wrong path does not fill memory.
package enum JSONDocument {
    package enum Layout {
        /// One line, for logs and digests.
        case line
        /// Several lines, readable for people.
        case indented
    }

    /// The limit in bytes for files to read; those that this program writes are smaller.
    package static let maxSize = 256 << 20

    // MARK: - Writing

    /// A value as JSON, without a newline at the end.
    ///
    /// - Throws: `EncodingError` for a number that is not finite, which JSON cannot express.
    package static func text(of value: some Encodable, _ layout: Layout) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .indented { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes a file; one that exists is replaced, or the call fails with `EEXIST`, as `replacing` says.
    ///
    /// - Throws: ``SystemFailure``, and what ``text(of:_:)`` throws.
    package static func write(
        _ value: some Encodable, to path: String, _ layout: Layout = .indented,
        replacing: Bool = true
    ) throws {
        let text = try text(of: value, layout) + "\n"
        let file = try AtomicFile(path: path)
        try file.append(Array(text.utf8))
        try file.publish(replacing: replacing)
    }

    // MARK: - Reading

    /// Reads a value from text.
    ///
    /// With a `schema`, the document's key of that name must lie in the range; nil is for documents without one.
    ///
    /// - Throws: ``JSONFault``, and errors that the type itself throws.
    package static func parse<Value: Decodable>(
        _ text: String, as type: Value.Type = Value.self, schema: ClosedRange<Int>? = nil
    ) throws -> Value {
        let decoder = JSONDecoder()
        do {
            guard let schema else { return try decoder.decode(type, from: Data(text.utf8)) }
            decoder.userInfo[schemaKey] = schema
            return try decoder.decode(Versioned<Value>.self, from: Data(text.utf8)).value
        } catch let error as DecodingError {
            throw JSONFault(error)
        }
    }

    /// Reads a value from a file.
    package static func read<Value: Decodable>(
        _ type: Value.Type = Value.self, from path: String, limit: Int = maxSize,
        schema: ClosedRange<Int>? = nil
    ) throws(JSONFileError) -> Value {
        do {
            let text = try readText(at: path, limit: limit)
            let value = try parse(text, as: type, schema: schema)
            if let key = JSONKeyOrder.repeatedKey(in: text) {
                throw JSONFault.content("\"\(key)\" appears more than once in an object: keep one")
            }
            return value
        } catch let fault as TextFileFault {
            throw JSONFileError(file: path, fault: .text(fault))
        } catch let fault as JSONFault {
            throw JSONFileError(file: path, fault: fault)
        } catch {
            throw JSONFileError(file: path, fault: .content("\(error)"))
        }
    }

    /// Reads a value from a file; nil if there is no such file.
    package static func readIfPresent<Value: Decodable>(
        _ type: Value.Type = Value.self, from path: String, limit: Int = maxSize,
        schema: ClosedRange<Int>? = nil
    ) throws(JSONFileError) -> Value? {
        do {
            return try read(type, from: path, limit: limit, schema: schema)
        } catch  where error.fault.isMissingFile {
            return nil
        }
    }

    /// The values in the lines of a file, as ``appendLine(_:to:)`` adds them.
    ///
    /// Lines that a killed process has left unfinished are skipped.
    package static func lines<Value: Decodable>(
        of path: String, as type: Value.Type = Value.self, limit: Int = 1 << 30
    ) -> [Value] {
        let text = (try? readText(at: path, limit: limit)) ?? ""
        return text.split(separator: "\n").compactMap { try? parse(String($0), as: type) }
    }
}

private let schemaKey: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "schema") else {
        preconditionFailure("any text makes a key")
    }
    return key
}()

/// A document whose version is checked first: one of a later program may lack keys that this one needs.
private struct Versioned<Value: Decodable>: Decodable {
    let value: Value

    private enum Key: CodingKey {
        case schema
    }

    init(from decoder: any Decoder) throws {
        guard let known = decoder.userInfo[schemaKey] as? ClosedRange<Int> else {
            preconditionFailure("the versions that can be read are given with the type")
        }
        let found = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .schema)
        guard known.contains(found) else {
            throw JSONFault.schema(found, known: known.upperBound)
        }
        value = try Value(from: decoder)
    }
}

/// A fault of a JSON document.
public enum JSONFault: Error, Hashable, Sendable {
    /// The file cannot be read as text.
    case text(TextFileFault)
    /// Not JSON, or JSON of another kind.
    case syntax
    /// Written by a later program.
    case schema(Int, known: Int)
    case field(FieldFault)
    /// An error that the type to be read throws itself.
    case content(String)

    package var isMissingFile: Bool {
        if case .text(let fault) = self { fault.isMissingFile } else { false }
    }
}

/// A fault of one key of a JSON document; keys of nested objects are joined by dots.
public enum FieldFault: Error, Hashable, Sendable {
    case missing(String)
    case value(String)
}

/// A file of JSON that cannot be used.
public struct JSONFileError: Error, Hashable, Sendable {
    public var file: String
    public var fault: JSONFault
}

// MARK: - Descriptions

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
