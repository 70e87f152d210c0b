import Foundation
import Glibc

/// The program under strace, which makes calls of the system fail, or kills the program in them.
enum Strace {
    private static let path = "/usr/bin/strace"

    /// Whether strace is there and may trace; tests that need it are passed over otherwise.
    static let isAvailable: Bool = {
        guard access(path, X_OK) == 0 else { return false }
        return (try? run("/bin/true", [], "close:error=EIO:when=1000"))?.status == 0
    }()

    /// Runs the program, where calls are tampered with as strace's `inject` says: `flock:error=ENOSYS`.
    static func run(_ arguments: [String], injecting calls: String) throws -> Program {
        try run(Program.url.path, arguments, calls)
    }

    private static func run(
        _ program: String, _ arguments: [String], _ calls: String
    ) throws -> Program {
        let names = calls.prefix { $0 != ":" }
        return try Program.run(
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(names)", "-e", "inject=\(calls)",
                program,
            ] + arguments, of: URL(filePath: path))
    }
}
