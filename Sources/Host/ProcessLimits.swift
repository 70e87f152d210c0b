internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the shell or a batch system allows this process (`ulimit`), beside the machine's own resources.
public enum ProcessLimits {
    /// The most addresses that the process may map, libraries and the stacks of its threads included (`ulimit -v`); nil
    /// for any number.
    public static var addressSpace: ByteCount? {
        limit(__rlimit_resource_t(RLIMIT_AS.rawValue)).map { ByteCount($0) }
    }

    /// What is left of ``addressSpace``.
    static var addressSpaceLeft: ByteCount? {
        guard let all = addressSpace else { return nil }
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        let used = pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        return ByteCount(all.bytes - min(all.bytes, used))
    }

    /// Makes sure that so many threads can run: a library that finds it cannot start one ends the program.
    public static func checkThreads(_ count: Int) throws(ThreadShortage) {
        var threads: [pthread_t] = []
        defer { for thread in threads { pthread_join(thread, nil) } }
        var gate = pthread_mutex_t()
        pthread_mutex_init(&gate, nil)
        // They must be there at the same time.
        pthread_mutex_lock(&gate)
        defer { pthread_mutex_unlock(&gate) }
        for _ in 0..<count {
            var thread = pthread_t()
            let code = withUnsafeMutablePointer(to: &gate) { gate in
                pthread_create(
                    &thread, nil,
                    { gate in
                        let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self)
                        if let gate {
                            pthread_mutex_lock(gate)
                            pthread_mutex_unlock(gate)
                        }
                        return nil
                    }, gate)
            }
            guard code == 0 else {
                throw ThreadShortage(
                    needed: count, started: threads.count,
                    processes: limit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue)).map {
                        Int(clamping: $0)
                    },
                    addressSpace: addressSpace)
            }
            threads.append(thread)
        }
    }

    private static func limit(_ resource: __rlimit_resource_t) -> UInt64? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur != UInt64.max else { return nil }
        return UInt64(limit.rlim_cur)
    }
}

/// Threads that the system refuses to start.
public struct ThreadShortage: Error, Equatable, Sendable {
    public let needed: Int
    public let started: Int
    /// What the user's processes and threads may be together, and addresses of this process; nil for any number.
    public let processes: Int?
    public let addressSpace: ByteCount?
}

extension ThreadShortage: CustomStringConvertible {
    public var description: String {
        let limits = [
            processes.map { "\($0) processes and threads of this user (ulimit -u)" },
            addressSpace.map { "\($0) of addresses (ulimit -v)" },
        ].compactMap(\.self)
        let cause =
            limits.isEmpty
            ? "the system has no more" : "at most \(limits.joined(separator: " and ")) are allowed"
        return "\(started) of \(needed) threads can be started, as \(cause): "
            + "give fewer --threads, end other programs, or have the limit raised"
    }
}
