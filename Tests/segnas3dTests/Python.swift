import Foundation
import TestSupport

/// A Python with packages that read what the program writes: `SEGNAS3D_PYTHON`, or the first `python3`.
enum Python {
    private static let path =
        ProcessInfo.processInfo.environment["SEGNAS3D_PYTHON"] ?? "/usr/bin/env"
    private static let first = path == "/usr/bin/env" ? ["python3"] : []

    /// True if a package can be imported.
    static func has(_ package: String) -> Bool {
        (try? run("import \(package)"))?.status == 0
    }

    /// Runs a script with arguments.
    static func run(_ script: String, _ arguments: String...) throws -> Program {
        try Program.run(
            first + ["-c", script] + arguments, of: URL(filePath: path))
    }

    /// Runs a module with arguments, as `python -m` does.
    static func run(module: String, _ arguments: String...) throws -> Program {
        try Program.run(first + ["-m", module] + arguments, of: URL(filePath: path))
    }

    /// Runs a script among the fixtures with arguments.
    static func run(fixture: String, _ arguments: String...) throws -> Program {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures").appending(path: fixture)
        return try Program.run(first + [file.path] + arguments, of: URL(filePath: path))
    }
}
