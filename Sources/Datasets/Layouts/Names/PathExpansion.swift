import FoundationEssentials

/// A path in which `$NAME`, `${NAME}` and a leading `~` have been replaced, as nnU-Net does with Python's `expandvars`.
struct PathExpansion: Equatable {
    /// Variables that are not set stay as they are written.
    private(set) var path = ""
    private(set) var unset: [String] = []

    init(
        _ written: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        var rest = written[...]
        if rest == "~" || rest.hasPrefix("~/"), let home = environment["HOME"] {
            path = home
            rest = rest.dropFirst()
        }
        while let dollar = rest.firstIndex(of: "$") {
            path += rest[..<dollar]
            rest = rest[dollar...]
            guard let (name, length) = Self.variable(rest) else {
                path += "$"
                rest = rest.dropFirst()
                continue
            }
            if let value = environment[name] {
                path += value
            } else {
                path += rest.prefix(length)
                unset.append(name)
            }
            rest = rest.dropFirst(length)
        }
        path += rest
    }

    /// The variable at the beginning of a text, and how many characters name it.
    private static func variable(_ text: Substring) -> (name: String, length: Int)? {
        let behind = text.dropFirst()
        if behind.first == "{" {
            guard let end = behind.firstIndex(of: "}") else { return nil }
            let name = behind[behind.index(after: behind.startIndex)..<end]
            return name.isEmpty ? nil : (String(name), name.count + 3)
        }
        let name = behind.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
        return name.isEmpty ? nil : (String(name), name.count + 1)
    }
}
