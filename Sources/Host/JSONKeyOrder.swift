/// The order of keys in JSON text, which dictionaries do not keep.
package enum JSONKeyOrder {
    /// The keys of the object that the text's object has under a key, in their order; nil if there is none.
    ///
    /// The text must be JSON; of keys that occur twice each place is given.
    package static func keys(of key: String, in text: String) -> [String]? {
        var scanner = JSONKeyScanner(text)
        var found: [String]?
        scanner.object { name, scanner in
            guard name == key, scanner.isAtObject else { return scanner.skipValue() }
            var keys: [String] = []
            scanner.object { name, scanner in
                keys.append(name)
                scanner.skipValue()
            }
            found = keys
        }
        return found
    }

    /// A key that an object of the text has twice, at whatever depth; nil if there is none.
    ///
    /// The text must be JSON. Decoders take one of the two without a word, and not all the same one.
    package static func repeatedKey(in text: String) -> String? {
        var scanner = JSONKeyScanner(text)
        return scanner.repeatedKey()
    }
}

/// Goes through JSON without making values of it.
private struct JSONKeyScanner {
    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        skipSpace()
    }

    private var byte: UInt8? { bytes.indices.contains(place) ? bytes[place] : nil }

    var isAtObject: Bool { byte == UInt8(ascii: "{") }

    /// Passes over an object; the body passes over the value of each key.
    mutating func object(_ body: (String, inout JSONKeyScanner) -> Void) {
        guard isAtObject else { return }
        step()
        while byte == UInt8(ascii: "\"") {
            let start = place
            skipString()
            let literal = String(decoding: bytes[start..<place], as: UTF8.self)
            skipSpace()
            step()  // the colon
            body(Self.name(literal), &self)
            if byte == UInt8(ascii: ",") { step() }
        }
        if byte == UInt8(ascii: "}") { step() }
    }

    /// The text of a literal with its quotes.
    private static func name(_ literal: String) -> String {
        guard literal.utf8.contains(UInt8(ascii: "\\")) else {
            return String(literal.dropFirst().dropLast())
        }
        return JSONValue(text: literal)?.string ?? literal
    }

    /// Passes over a value; the first key that an object in it has twice.
    mutating func repeatedKey() -> String? {
        var repeated: String?
        if isAtObject {
            var names: Set<String> = []
            object { name, scanner in
                if !names.insert(name).inserted, repeated == nil { repeated = name }
                let inner = scanner.repeatedKey()
                repeated = repeated ?? inner
            }
        } else if byte == UInt8(ascii: "[") {
            step()
            while let next = byte, next != UInt8(ascii: "]") {
                let inner = repeatedKey()
                repeated = repeated ?? inner
                if byte == UInt8(ascii: ",") { step() }
            }
            step()
        } else {
            skipValue()
        }
        return repeated
    }

    mutating func skipValue() {
        var depth = 0
        while let next = byte {
            switch next {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return }
                depth -= 1
                place += 1
            case UInt8(ascii: ",") where depth == 0: return
            default: place += 1
            }
        }
    }

    private mutating func skipString() {
        place += 1
        while let next = byte, next != UInt8(ascii: "\"") {
            place += next == UInt8(ascii: "\\") ? 2 : 1
        }
        place += 1
    }

    private mutating func skipSpace() {
        while let next = byte, [0x20, 0x09, 0x0A, 0x0D].contains(next) { place += 1 }
    }

    private mutating func step() {
        place += 1
        skipSpace()
    }
}
