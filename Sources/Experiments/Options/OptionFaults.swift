/// Options with which nothing can be begun, a sentence each with its remedy; they name properties between back quotes.
public struct OptionFaults: Error, Equatable, CustomStringConvertible {
    public var sentences: [String]

    public init(_ sentences: [String]) {
        self.sentences = sentences
    }

    init(_ sentence: String) {
        sentences = [sentence]
    }

    /// Refuses options of which something is wrong.
    static func refuse(_ sentences: [String]) throws(OptionFaults) {
        guard sentences.isEmpty else { throw OptionFaults(sentences) }
    }

    public var description: String { sentences.joined(separator: "\n") }
}

/// A sentence for each count that is given and less than 1.
func faultsOfCounts(_ counts: [(name: String, count: Int?)]) -> [String] {
    counts.compactMap { name, count in
        count.flatMap { $0 < 1 ? "`\(name)` must be at least 1, and \($0) is given" : nil }
    }
}
