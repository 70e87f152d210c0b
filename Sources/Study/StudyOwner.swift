internal import Glibc
internal import SegNASHost

/// The process that works on a study.
public struct StudyOwner: Hashable, Codable, Sendable {
    public var process: Int32
    public var host: String

    public init(process: Int32, host: String) {
        self.process = process
        self.host = host
    }

    public static func current() -> StudyOwner {
        StudyOwner(.current())
    }

    init(_ identity: ProcessIdentity) {
        self.init(process: identity.process, host: identity.host)
    }

    public var isOfThisHost: Bool { host == Self.current().host }

    /// Whether a process of this machine has its number.
    public var isThere: Bool {
        isOfThisHost && (kill(process, 0) == 0 || errno == EPERM)
    }
}

extension StudyOwner: CustomStringConvertible {
    public var description: String { "process \(process) on \(host)" }
}
