internal import FoundationEssentials

/// One line of JSON that may stand inside an HTML script: no `<` can end it.
func pageJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    return text.replacing("<", with: "\\u003c")
}
