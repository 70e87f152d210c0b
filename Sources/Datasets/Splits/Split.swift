/// Which cases train a network, which choose among networks, and which judge the chosen one.
public struct Split: Hashable, Codable, Sendable {
    /// Identifiers of cases.
    public var training: [String]
    public var validation: [String]
    public var test: [String]

    public init(training: [String], validation: [String], test: [String]) {
        self.training = training
        self.validation = validation
        self.test = test
    }
}
