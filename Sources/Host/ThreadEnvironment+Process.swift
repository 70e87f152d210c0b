internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension ThreadEnvironment {
    /// What this process was started with: the first use must come before ``apply()``, and before other threads.
    public static let current = ThreadEnvironment(
        ProcessInfo.processInfo.environment, cores: HostResources.current().cores)

    /// Makes the changes, for this process and all that it starts.
    public func apply() {
        for (name, value) in changes {
            if let value { setenv(name, value, 1) } else { unsetenv(name) }
        }
    }
}
