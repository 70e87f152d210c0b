import FoundationEssentials
internal import Host

/// A JSON document as `--json` prints it: indented, keys sorted.
public func documentText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Writes a JSON document that appears whole or not at all, in the place of the one before.
func writeDocument(_ document: some Encodable, to path: String) throws {
    try replaceText(at: path, by: try documentText(document) + "\n")
}
