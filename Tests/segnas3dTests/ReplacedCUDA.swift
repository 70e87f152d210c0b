import Foundation
import SegNASTorch

/// The libtorch of the tests with another library in the place of the one that comes with CUDA.
struct ReplacedCUDA {
    /// What `LIBTORCH` names.
    let torch: URL

    /// Makes it in a folder, with `libtorch_cuda.so` of a C++ source that is compiled against libtorch's headers.
    init(in folder: URL, source: URL) throws {
        let files = FileManager.default
        let library = URL(filePath: Libtorch.path).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let packages = library.deletingLastPathComponent().deletingLastPathComponent()
        torch = folder.appending(path: "torch")
        let lib = torch.appending(path: "lib")
        try files.createDirectory(at: lib, withIntermediateDirectories: true)
        // Libraries of libtorch are found beside it.
        try files.createSymbolicLink(
            at: folder.appending(path: "nvidia"),
            withDestinationURL: packages.appending(path: "nvidia"))
        let name = "libtorch_cuda.so"
        for other in try files.contentsOfDirectory(atPath: library.path) where other != name {
            try files.createSymbolicLink(
                at: lib.appending(path: other), withDestinationURL: library.appending(path: other))
        }
        let headers = library.deletingLastPathComponent().appending(path: "include").path
        try Self.compile(
            [
                "clang++", "-std=c++20", "-O1", "-DAT_PER_OPERATOR_HEADERS", "-isystem", headers,
                source.path,
            ], to: lib.appending(path: name))
    }

    /// Compiles a shared library.
    static func compile(_ command: [String], to library: URL) throws {
        let built = try Program.run(
            command + ["-shared", "-fPIC", "-w", "-o", library.path],
            of: URL(filePath: "/usr/bin/env"))
        guard built.status == 0 else { throw Failure(description: built.errors) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
