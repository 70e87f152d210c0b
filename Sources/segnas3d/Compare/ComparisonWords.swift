/// The words of a comparison's command, of which those of a search are made.
///
/// Workers parse them, so that nothing of what was asked for can get lost.
struct ComparisonWords {
    /// What all searches have in common.
    let common: [String]

    /// Options of a comparison alone, or with another value in each search; the others have no value.
    private static let own = [
        "--splits", "--spaces", "--baselines", "--split-index", "--iterations",
        "--effective-iterations", "--output", "-o", "--memory-limit", "--time-limit",
    ]
    private static let ownFlags = ["--dry-run", "--json", "--images", "--no-images"]

    init(_ words: [String]) {
        var common: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            // What follows is no option.
            if word == "--" {
                common += [word] + rest
                break
            }
            if Self.own.contains(word) {
                rest = rest.dropFirst()
            } else if !Self.ownFlags.contains(word),
                !Self.own.contains(where: { word.hasPrefix($0 + "=") })
            {
                common.append(word)
            }
        }
        self.common = common
    }

    /// Of a search with values of its own.
    func search(_ own: [(name: String, value: String)]) -> [String] {
        own.map { "\($0.name)=\($0.value)" } + common
    }
}
