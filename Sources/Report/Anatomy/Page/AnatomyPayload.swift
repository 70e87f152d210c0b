internal import FoundationEssentials

/// What the page's script is given.
struct AnatomyPayload: Codable, Equatable, Sendable {
    var schema = 1
    var labels: [Label]
    var cases: [PackedCase]

    struct Label: Codable, Equatable, Sendable {
        var name: String
        var colour: String
        /// Whether it hides others, so that its surface is off at first.
        var isOuter: Bool
    }

    /// JSON that may stand in a `<script>` element: without `<`.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let data = try encoder.encode(self)
            let escape = Array("\\u003c".utf8)
            let bytes =
                data.contains(UInt8(ascii: "<"))
                ? Array(
                    data.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false)
                        .joined(separator: escape))
                : Array(data)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            // Numbers that are not finite are the only ones that JSON lacks.
            fatalError("\(error)")
        }
    }
}
