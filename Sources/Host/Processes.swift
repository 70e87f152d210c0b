internal import FoundationEssentials
import Glibc

/// The kernel's data on the processes of this machine.
package enum ProcessTable {
    /// A process's state, such as `R` or `T`, and its start in ticks of the kernel; nil if there is no such process.
    package static func status(of process: Int32) -> (state: Character, start: String)? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name, in brackets, may hold any character.
        guard let text, let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first else { return nil }
        return (state, String(fields[19]))
    }

    /// The seconds for which a process has kept cores busy, and those of its children that have ended; nil if there is
    /// no such process.
    package static func busySeconds(of process: Int32) -> Double? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        guard let text, let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 14 else { return nil }
        let ticks = fields[11...14].compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The bytes of memory that a process has; nil if there is no such process.
    package static func residentBytes(of process: Int32) -> UInt64? {
        let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        let fields = text?.split(separator: " ") ?? []
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The identifier of this boot of the machine.
    package static var boot: String {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.split(separator: "\n").first.map(String.init) ?? "unknown"
    }

    /// The namespace of process numbers: a container may have a separate one.
    static var namespace: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "?"
    }

    package static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A process that cannot be mistaken for another one, of any machine.
package struct ProcessIdentity: Hashable, Codable, Sendable {
    package var process: Int32
    package var host: String
    /// Ticks from the machine's start to that of the process.
    var start: String
    var boot: String
    var namespace: String

    package static func current() -> ProcessIdentity {
        ProcessIdentity(
            process: getpid(), host: ProcessTable.host,
            start: ProcessTable.status(of: getpid())?.start ?? "?", boot: ProcessTable.boot,
            namespace: ProcessTable.namespace)
    }

    /// Reads ``text``.
    init?(_ text: some StringProtocol) {
        let fields = String(text).split(separator: " ").map { String($0) }
        guard fields.count == 5, let process = Int32(fields[0]) else { return nil }
        self.init(
            process: process, host: fields[4], start: fields[1], boot: fields[2],
            namespace: fields[3])
    }

    private init(process: Int32, host: String, start: String, boot: String, namespace: String) {
        self.process = process
        self.host = host
        self.start = start
        self.boot = boot
        self.namespace = namespace
    }

    /// One line without its end.
    package var text: String {
        let host = host.split(whereSeparator: \.isWhitespace).joined(separator: "_")
        return "\(process) \(start) \(boot) \(namespace) \(host.isEmpty ? "?" : host)"
    }

    /// True if it still runs; nil if that cannot be found out from here.
    package var isAlive: Bool? {
        let here = ProcessIdentity.current()
        guard host == here.host else { return nil }
        // The machine has been restarted since.
        guard boot == here.boot else { return false }
        guard namespace == here.namespace else { return nil }
        guard let status = ProcessTable.status(of: process), status.start == start else {
            return false
        }
        return status.state != "Z" && status.state != "X"
    }
}

extension ProcessIdentity: CustomStringConvertible {
    package var description: String { "process \(process) on \(host)" }
}

/// Limits that the shell or a batch system sets for this process (`ulimit`).
public enum ProcessLimits {
    /// The address space that the process may map, libraries and stacks of threads included (`ulimit -v`); nil if
    /// unlimited.
    public static var addressSpace: ByteCount? {
        limit(__rlimit_resource_t(RLIMIT_AS.rawValue)).map { ByteCount($0) }
    }

    /// The rest of ``addressSpace`` that is not in use.
    static var addressSpaceLeft: ByteCount? {
        guard let all = addressSpace else { return nil }
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        let used = pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        return ByteCount(all.bytes - min(all.bytes, used))
    }

    /// Throws if `count` threads cannot run at once: a library that fails to start one ends the program.
    public static func checkThreads(_ count: Int) throws(ThreadShortage) {
        var threads: [pthread_t] = []
        defer { for thread in threads { pthread_join(thread, nil) } }
        var gate = pthread_mutex_t()
        pthread_mutex_init(&gate, nil)
        // All must exist at the same time.
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
    /// The limit of the user's processes and threads together; nil if unlimited.
    public let processes: Int?
    /// The limit of this process's address space; nil if unlimited.
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
