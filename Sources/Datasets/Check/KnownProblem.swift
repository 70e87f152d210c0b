/// What an earlier check has found in files that have not changed since, in its words.
public struct KnownProblem: Codable, Equatable, Sendable {
    public var kind: String
    public var severity: DatasetFault.Severity
    public var message: String
}
