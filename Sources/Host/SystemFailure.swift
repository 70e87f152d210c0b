#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the operating system said when it refused.
public struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// As in `errno`.
    public var code: Int32

    package init(code: Int32) {
        self.code = code
    }

    /// The failure of the call just made.
    package static var last: SystemFailure { SystemFailure(code: errno) }

    package var isMissingFile: Bool { code == ENOENT }
    package var isOutOfMemory: Bool { code == ENOMEM }
    package var isExistingFile: Bool { code == EEXIST }
    package var isFullDisk: Bool { code == ENOSPC }

    public var description: String { String(cString: strerror(code)) }
}
