internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the kernel tells of the processes of this machine.
package enum ProcessTable {
    /// A process's state, such as `R` or `T`, and its start as the kernel counts ticks; nil where there is none.
    package static func status(of process: Int32) -> (state: Character, start: String)? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name, in brackets, may hold anything.
        guard let text, let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first else { return nil }
        return (state, String(fields[19]))
    }

    /// The name that this start of the machine has.
    package static var boot: String {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.split(separator: "\n").first.map(String.init) ?? "unknown"
    }

    /// In which processes have their numbers: a container may count its own.
    static var namespace: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "?"
    }

    static var host: String {
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

    /// Whether it still runs; nil where that cannot be told from here.
    package var isAlive: Bool? {
        let here = ProcessIdentity.current()
        guard host == here.host else { return nil }
        // What ran before the machine was started anew runs no more.
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
