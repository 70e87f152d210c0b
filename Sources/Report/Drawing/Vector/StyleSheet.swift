internal import CPage

/// The CSS that every figure carries: it may stand several times in a page, as all names begin with `sf`.
enum StyleSheet {
    /// The class of the outermost element.
    static let root = "sf"

    static let css =
        """
        \(text(cp_figure_style()))\
        .sf{\(variables(\.light))}
        @media screen and (prefers-color-scheme:dark){.sf{\(variables(\.dark))}}
        \(Colour.allCases.map(rules).joined(separator: "\n"))
        """

    private static func variables(_ value: (Colour) -> String) -> String {
        Colour.allCases.map { "--sf-\($0):\(value($0))" }.joined(separator: ";")
    }

    /// The plain colour comes first for viewers that know no variables.
    private static func rules(_ colour: Colour) -> String {
        ["fill", "stroke"].map { property in
            ".sf-\(property)-\(colour){\(property):\(colour.light);"
                + "\(property):var(--sf-\(colour))}"
        }.joined(separator: "\n")
    }
}
