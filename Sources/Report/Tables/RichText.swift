/// A text with marked parts, before a format is chosen.
struct RichText: Hashable {
    enum Mark: Hashable {
        case strong
        /// Said to be of no account.
        case struck
    }

    struct Part: Hashable {
        let text: String
        let mark: Mark?
    }

    let parts: [Part]

    init(_ text: String, _ mark: Mark? = nil) {
        parts = text.isEmpty ? [] : [Part(text: text, mark: mark)]
    }

    private init(_ parts: [Part]) {
        self.parts = parts
    }

    static func + (first: RichText, second: RichText) -> RichText {
        RichText(first.parts + second.parts)
    }

    /// Its parts as a format writes them.
    func written(_ part: (Part) -> String) -> String {
        parts.map(part).joined()
    }
}

extension [RichText] {
    func joined(separator: String) -> RichText {
        guard let first else { return RichText("") }
        return dropFirst().reduce(first) { $0 + RichText(separator) + $1 }
    }
}
