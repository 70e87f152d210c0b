/// How many operations an edge can have: none counts as 0 or 1, the other six as `all - none`.
struct EdgeChoices {
    var none: Int
    var all: Int
}

/// Counts the legal blocks of so many nodes, exactly.
///
/// A block is legal iff no column after the first and no row before the last is empty. By inclusion and exclusion over
/// the set R of empty rows and the set C of empty columns the count is Σ (−1)^(|R|+|C|) Π choices(e), where an
/// edge in R or C must be none: 4⁶ terms for seven nodes, however many operations there are.
///
/// - Parameters:
///   - nodes: 2 to 7.
///   - choices: for each edge, row by row.
/// - Returns: the number of blocks that are legal, of all that the choices allow.
func legalBlocks(nodes: Int, choices: [EdgeChoices]) -> Int {
    let inner = 1 << (nodes - 1)
    let edges = Edge.all(nodes: nodes)
    var total = 0
    for emptyRows in 0..<inner {
        for emptyColumns in 0..<inner {
            // Terms exceed 64 bits together, but wrap to the right total: it is at most 7²¹ < 2⁶³.
            var term = (emptyRows ^ emptyColumns).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1
            for (edge, choice) in zip(edges, choices) {
                let isEmpty =
                    (emptyRows >> (edge.from - 1) | emptyColumns >> (edge.to - 2)) & 1 == 1
                term &*= isEmpty ? choice.none : choice.all
            }
            total &+= term
        }
    }
    return total
}
