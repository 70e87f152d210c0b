import Foundation
import SegNASTorch

/// A PyTorch with CUDA whose GPUs are this machine's memory and CPU, for all that is not arithmetic: see
/// `Fixtures/cuda`.
struct SimulatedCUDA {
    /// What `LIBTORCH` names.
    private let torch: URL
    /// The folder of the driver's library.
    private let driver: URL

    /// Built once: its operations are compiled against libtorch's headers.
    static let shared = Result { try SimulatedCUDA() }

    /// What a process has done on its GPUs.
    struct Work: Decodable {
        /// How often the program has waited for a GPU.
        var waits: Int
        var operations: Int
        var convolutions: Int
        /// Copies between the host and a GPU that wait for it.
        var pageable: Int
        /// The most bytes in use on one.
        var peak: Int
        /// The value of `CUDA_VISIBLE_DEVICES`, or `all`.
        var visible: String
    }

    /// The environment of a program, with variables of `SimulatedCUDA.cpp` and `SimulatedDriver.c`.
    func environment(_ variables: [String: String] = [:], log: URL? = nil) -> [String: String] {
        var all = ["LIBTORCH": torch.path, "LD_LIBRARY_PATH": driver.path]
        if let log { all["SIMULATED_GPU_LOG"] = log.path }
        return all.merging(variables) { $1 }
    }

    /// What the processes that have ended wrote to their log.
    static func work(in log: URL) throws -> [Work] {
        try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Work.self, from: Data($0.utf8))
        }
    }

    private init() throws {
        let files = FileManager.default
        let library = URL(filePath: Libtorch.path).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let packages = library.deletingLastPathComponent().deletingLastPathComponent()
        let tests = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let folder = tests.appending(
            path: "simulated-cuda-\(ProcessInfo.processInfo.processIdentifier)")
        try? files.removeItem(at: folder)
        torch = folder.appending(path: "torch")
        driver = folder.appending(path: "driver")
        let lib = torch.appending(path: "lib")
        try files.createDirectory(at: lib, withIntermediateDirectories: true)
        try files.createDirectory(at: driver, withIntermediateDirectories: true)
        // Libraries of libtorch are found beside it.
        try files.createSymbolicLink(
            at: folder.appending(path: "nvidia"),
            withDestinationURL: packages.appending(path: "nvidia"))
        for name in try files.contentsOfDirectory(atPath: library.path)
        where name != "libtorch_cuda.so" {
            try files.createSymbolicLink(
                at: lib.appending(path: name), withDestinationURL: library.appending(path: name))
        }
        let sources = Bundle.module.bundleURL.appending(path: "Fixtures/cuda")
        let headers = library.deletingLastPathComponent().appending(path: "include").path
        try Self.compile(
            [
                "clang++", "-std=c++20", "-O1", "-DAT_PER_OPERATOR_HEADERS", "-isystem", headers,
                sources.appending(path: "SimulatedCUDA.cpp").path, "-o",
                lib.appending(path: "libtorch_cuda.so").path,
            ])
        try Self.compile(
            [
                "clang", sources.appending(path: "SimulatedDriver.c").path, "-o",
                driver.appending(path: "libcuda.so.1").path,
            ])
    }

    private static func compile(_ command: [String]) throws {
        let built = try Program.run(
            command + ["-shared", "-fPIC", "-w"], of: URL(filePath: "/usr/bin/env"))
        guard built.status == 0 else { throw Failure(description: built.errors) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
