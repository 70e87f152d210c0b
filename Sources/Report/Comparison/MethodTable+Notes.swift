internal import SegNASSearch

extension MethodTable {
    /// What readers must know of it.
    var notes: [String] {
        let means = hasSplits ? "Mean ± standard deviation (n − 1) over splits. " : ""
        let dice = """
            The test Dice is the mean over the test cases\(hasSplits ? " of a split" : ""), that of a case the mean over its \
            labels; the highest is bold. Days are those of all epochs of a method, added up over workers.
            """
        return [means + dice] + gaps + operations + methods.flatMap(troubles)
    }

    private var gaps: [String] {
        methods.contains { $0.dice != nil && !$0.gaps.isEmpty }
            ? [
                """
                A mean over some of the splits is one over other test cases than that over all: paired tests compare methods on \
                the same ones.
                """
            ] : []
    }

    private var operations: [String] {
        let lists = Set(choices.joined().map { $0.choice.operations.map { "\($0.edge)" } })
        guard !lists.isEmpty else { return [] }
        // Spaces may differ in their number of nodes.
        let edges = lists.sorted { $0.count < $1.count }.map { $0.joined(separator: ", ") }
        let meanings = Operation.allCases.map { "\($0.number) \($0)" }.joined(separator: ", ")
        return [
            """
            n: channels of the first block; p: poolings; sup: deep supervision; res: residual connections. Operations stand \
            in the order of the edges \(edges.joined(separator: " or ")): \(meanings), where \
            Conv(k,d) is a k×k×k convolution with dilation d.\(hasUnused ? Self.unusedWords : "")
            """
        ]
    }

    private var hasUnused: Bool {
        choices.joined().contains { !$0.choice.numbers(used: false).isEmpty }
    }

    private static let unusedWords =
        " Those struck through were proposed for edges that the block with its number of nodes does not have."

    /// Why there is no network, or no test, where that is so.
    private func troubles(_ method: MethodSummary) -> [String] {
        let known = method.outcomes.enumerated().compactMap { split, outcome in
            outcome?.trouble.map { (split: split, words: $0) }
        }
        let alike = Dictionary(grouping: known, by: \.words)
        return alike.sorted { $0.value[0].split < $1.value[0].split }.map { words, known in
            let names = known.map { comparison.name(ofSplit: $0.split) }.joined(separator: ", ")
            let place = " on split\(known.count > 1 ? "s" : "") \(names)"
            return "\(method.name)\(hasSplits ? place : ""): \(words)."
        }
    }
}
