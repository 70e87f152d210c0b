import Glibc
import SegNASHost

/// A limit to the memory of this process, so that an absurd request fails instead of succeeding unseen.
enum MemoryLimit {
    /// Allows so much more than is in use, and returns the whole.
    static func allow(_ more: ByteCount) throws -> ByteCount {
        let status = try readText(at: "/proc/self/statm")
        let pages = status.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        let whole = pages * UInt64(sysconf(Int32(_SC_PAGESIZE))) + more.bytes
        var limit = rlimit(rlim_cur: rlim_t(whole), rlim_max: rlim_t(whole))
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw SystemFailure.last
        }
        return ByteCount(whole)
    }
}
