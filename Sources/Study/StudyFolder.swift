/// The files of a study.
public struct StudyFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    public var plan: String { "\(path)/plan.json" }
    public var database: String { "\(path)/study.sqlite" }
    public var backup: String { "\(path)/study.backup.sqlite" }
    public var lock: String { "\(path)/study.lock" }

    /// The folder of a trial that is trained: `trials/000012`.
    public func trial(_ number: Int) -> String {
        let digits = "\(number)"
        return "\(path)/trials/" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
