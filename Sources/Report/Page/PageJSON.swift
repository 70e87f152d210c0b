internal import Host

/// One line of JSON that may stand inside an HTML script: no `<` can end it.
func pageJSON(_ value: some Encodable) throws -> String {
    let text = try JSONDocument.text(of: value, .line)
    // Pieces of bytes: surfaces are megabytes, and hold none.
    let pieces = text.utf8.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false)
    guard pieces.count > 1 else { return text }
    return pieces.map { String(Substring($0)) }.joined(separator: "\\u003c")
}
