/// Lines of values with commas between them, as RFC 4180 has it.
struct CSV {
    private(set) var text = ""

    /// - Parameter header: Names of the columns.
    init(header: [String]) {
        append(header)
    }

    mutating func append(_ values: [String]) {
        text += values.map(Self.field).joined(separator: ",") + "\r\n"
    }

    /// In quotes where it would end too early or lose its spaces.
    private static func field(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy { !",\"\r\n".unicodeScalars.contains($0) }
        guard !isPlain || value.first == " " || value.last == " " else { return value }
        return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }
}
