internal import CPage

/// The CSS of the page: the figures' colours as variables, and the rules that use them.
enum PageStyle {
    static var css: String {
        """
        :root{color-scheme:light dark;\(variables(\.light))}
        :root.paper{color-scheme:light}
        @media screen and (prefers-color-scheme:dark){:root:not(.paper){\(variables(\.dark))}}
        \(text(cp_page_style()))
        """
    }

    private static func variables(_ value: (Colour) -> String) -> String {
        let colours: [(String, Colour)] = [
            ("ink", .ink), ("paper", .paper), ("line", .line), ("accent", .blue), ("muted", .muted),
            ("panel", .panel), ("second", .vermillion), ("third", .green), ("fourth", .purple),
        ]
        return colours.map { "--\($0):\(value($1))" }.joined(separator: ";")
    }
}
