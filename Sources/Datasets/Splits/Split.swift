/// Which cases train a network, which choose among networks, and which judge the chosen one.
///
/// As JSON, its record: reading it back gives the same split, whatever the options that made it.
public struct Split: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    /// Identifiers of cases, sorted.
    public var training: [String]
    public var validation: [String]
    public var test: [String]

    public init(training: [String], validation: [String], test: [String]) {
        self.training = training.sorted()
        self.validation = validation.sorted()
        self.test = test.sorted()
    }

    /// The parts of a split.
    public enum Part: String, CaseIterable, Sendable {
        case training, validation, test
    }

    public subscript(part: Part) -> [String] {
        switch part {
        case .training: training
        case .validation: validation
        case .test: test
        }
    }
}
