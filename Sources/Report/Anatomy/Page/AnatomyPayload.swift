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

    /// JSON that may stand in a `<script>` element.
    var json: String {
        do {
            return try pageJSON(self)
        } catch {
            // Numbers that are not finite are the only ones that JSON lacks.
            fatalError("\(error)")
        }
    }
}
