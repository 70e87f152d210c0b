/// A network that a search has trained, and what came of it: what decides which one is delivered.
package struct TrainedNetwork: Hashable, Codable, Sendable {
    /// The number of the proposal.
    package let number: Int
    /// The rung to which it was trained; 0 where there is one alone.
    package var rung: Int
    /// The value there; smaller is better.
    package var value: Double

    package init(number: Int, rung: Int = 0, value: Double) {
        self.number = number
        self.rung = rung
        self.value = value
    }
}

extension [TrainedNetwork] {
    /// Those that may be delivered, the best first: of the highest rung that any has reached.
    ///
    /// The highest of many noisy values is a lucky one. So where there is a model, what it expects after a whole
    /// training decides, and those of which it knows nothing are left out. Of equals the one that was proposed first is
    /// better.
    ///
    /// - Parameter expected: Values that a model expects, by the numbers of proposals; empty without a model.
    /// - Returns: Those that are known to the model, or all of that rung.
    package func ranked(by expected: [Int: Double] = [:]) -> [TrainedNetwork] {
        let highest = map(\.rung).max()
        let reached = filter { $0.rung == highest }
        let known = reached.filter { expected[$0.number] != nil }
        func value(_ network: TrainedNetwork) -> Double {
            expected[network.number] ?? network.value
        }
        return (known.isEmpty ? reached : known).sorted {
            (value($0), $0.number) < (value($1), $1.number)
        }
    }
}
