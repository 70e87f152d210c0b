internal import FoundationEssentials

/// JSON as this program writes and reads it.
///
/// Keys are sorted, so that equal values have equal text. Files appear whole or not at all, and are on disk afterwards;
/// they are read up to a limit, so that a wrong path does not fill memory.
package enum JSONDocument {
    package enum Layout {
        /// One line, as for logs and digests.
        case line
        /// For people, too.
        case indented
    }

    /// Files that this program writes are smaller.
    package static let largestSize = 256 << 20

    // MARK: - Writing

    /// A value as JSON, without the end of its last line.
    ///
    /// - Throws: `EncodingError` for a number that is not finite, which JSON lacks.
    package static func text(of value: some Encodable, _ layout: Layout) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .indented { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes a file in the place of the one before, or, where it must not replace one, fails with `EEXIST`.
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

    /// Reads a value from text, of a version in `schema`, as the document's key of that name gives it; nil where it has none.
    ///
    /// Throws a ``JSONFault``, and errors that the type itself throws.
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
        _ type: Value.Type = Value.self, from path: String, limit: Int = largestSize,
        schema: ClosedRange<Int>? = nil
    ) throws(JSONFileError) -> Value {
        do {
            return try parse(try readText(at: path, limit: limit), as: type, schema: schema)
        } catch let fault as TextFileFault {
            throw JSONFileError(file: path, fault: .text(fault))
        } catch let fault as JSONFault {
            throw JSONFileError(file: path, fault: fault)
        } catch {
            throw JSONFileError(file: path, fault: .content("\(error)"))
        }
    }

    /// The same; nil where there is no such file.
    package static func readIfPresent<Value: Decodable>(
        _ type: Value.Type = Value.self, from path: String, limit: Int = largestSize,
        schema: ClosedRange<Int>? = nil
    ) throws(JSONFileError) -> Value? {
        do {
            return try read(type, from: path, limit: limit, schema: schema)
        } catch  where error.fault.isMissingFile {
            return nil
        }
    }

    /// The values in the lines of a file, as ``appendLine(_:to:)`` adds them; lines that a killed process has left
    /// unfinished are passed over.
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

/// A document of which the version is looked at first: one of a later program may lack what this one needs.
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
