import Foundation
import Glibc

/// A PyTorch with CUDA whose GPUs are this machine's memory and CPU, for all that is not arithmetic: see
/// `Fixtures/cuda`.
struct SimulatedCUDA {
    /// What `LIBTORCH` names.
    private let torch: URL
    /// The folders of the driver's library and of the compiler's.
    let driver: URL
    private let compiler: URL
    /// Where compiled kernels are kept, so that they are compiled once.
    private let cache: URL

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
        /// Copies from the host to a GPU.
        var uploads: Int
        /// The most bytes in use on one.
        var peak: Int
        /// The value of `CUDA_VISIBLE_DEVICES`, or `all`.
        var visible: String
    }

    /// The environment of a program, with variables of `SimulatedCUDA.cpp` and `SimulatedDriver.c`.
    func environment(_ variables: [String: String] = [:], log: URL? = nil) -> [String: String] {
        var all = [
            "LIBTORCH": torch.path, "LD_LIBRARY_PATH": "\(driver.path):\(compiler.path)",
            "XDG_CACHE_HOME": cache.path,
        ]
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
        let tests = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        Self.removeThoseOfEndedTests(in: tests)
        let folder = tests.appending(
            path: "\(Self.prefix)\(ProcessInfo.processInfo.processIdentifier)")
        let sources = Bundle.module.bundleURL.appending(path: "Fixtures/cuda")
        torch = try ReplacedCUDA(
            in: folder, source: sources.appending(path: "SimulatedCUDA.cpp")
        ).torch
        driver = folder.appending(path: "driver")
        compiler = folder.appending(path: "compiler")
        cache = folder.appending(path: "cache")
        for folder in [driver, compiler] {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        try ReplacedCUDA.compile(
            ["clang", "-O1"]
                + ["SimulatedDriver.c", "SimulatedKernels.c"].map {
                    sources.appending(path: $0).path
                },
            to: driver.appending(path: "libcuda.so.1"))
        try ReplacedCUDA.compile(
            [
                "clang++", "-std=c++20",
                "-DSIMULATED_KERNEL=\"\(sources.appending(path: "SimulatedKernel.h").path)\"",
                sources.appending(path: "SimulatedCompiler.cpp").path,
            ], to: compiler.appending(path: "libnvrtc.so.13"))
    }

    private static let prefix = "simulated-cuda-"

    /// The folders of this process stay until its end, and those of processes that have ended are in nobody's way.
    private static func removeThoseOfEndedTests(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let process = pid_t(name.dropFirst(prefix.count)), kill(process, 0) != 0 else {
                continue
            }
            try? FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }
}
