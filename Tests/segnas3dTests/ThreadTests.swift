import Foundation
import SegNASHost
import TestSupport
import Testing

@testable import segnas3d

/// The program in environments of clusters.
///
/// The expected counts are those of the variables, and of the cores that this
/// process has.
@Suite("Threads in the environment")
struct ThreadTests {
    static let cores = HostResources.current().cores

    private func diagnosis(_ variables: [String: String]) throws -> Diagnosis {
        let program = try Program.run(["doctor", "--json"], environment: variables)
        #expect(program.status == 0)
        #expect(program.errors == "", "no word from a runtime")
        return try JSONDecoder().decode(Diagnosis.self, from: Data(program.output.utf8))
    }

    @Test(
        "variables that bind the first thread to a core change nothing",
        arguments: [
            ["OMP_PROC_BIND": "true"], ["OMP_PROC_BIND": "spread", "OMP_PLACES": "cores"],
            ["GOMP_CPU_AFFINITY": "0"], ["OMP_PLACES": "{0}"], ["KMP_AFFINITY": "compact"],
            ["OMP_DYNAMIC": "true", "OMP_SCHEDULE": "nonsense", "OMP_STACKSIZE": "1"],
        ])
    func binding(_ variables: [String: String]) throws {
        let diagnosis = try diagnosis(variables)
        #expect(diagnosis.processor.cores == Self.cores)
        #expect(diagnosis.threads == .init(count: Self.cores, reason: "one for each core"))
    }

    @Test("nor do they where the runtime is there before the program")
    func preloaded() throws {
        let libtorch = URL(filePath: try diagnosis([:]).libtorchPath)
        let runtime = libtorch.deletingLastPathComponent().appending(path: "libgomp.so.1").path
        try #require(FileManager.default.fileExists(atPath: runtime))
        let diagnosis = try diagnosis(["LD_PRELOAD": runtime, "OMP_PROC_BIND": "true"])
        #expect(diagnosis.processor.cores == Self.cores)
    }

    @Test("variables that say how many threads are heeded, and told")
    func number() throws {
        let wanted = try diagnosis(["OMP_NUM_THREADS": "1,4", "OMP_PROC_BIND": "true"])
        #expect(wanted.threads == .init(count: 1, reason: "as OMP_NUM_THREADS=1,4 says"))
        let limited = try diagnosis(["OMP_NUM_THREADS": "0", "OMP_THREAD_LIMIT": "1"])
        #expect(limited.threads.count == 1)
        #expect(limited.threads.unreadable == ["OMP_NUM_THREADS=0"])
        #expect(
            limited.problems.contains {
                $0.problem == "OMP_NUM_THREADS=0 is not a number of threads, and is ignored"
            })
    }

    @Test("threads that the system does not start are refused in a sentence")
    func tooFew() throws {
        // The stacks of all threads need more than these 12 GiB of addresses; libtorch needs less.
        let program = try Program.run(
            [
                "-c", "ulimit -v 12582912; exec \"$@\"", "sh", Program.url.path, "bench", "augment",
                "--size", "8", "--threads", "1500",
            ], of: URL(filePath: "/bin/sh"))
        #expect(program.status == 1 && program.output.isEmpty)
        #expect(program.errors.contains(" of 3003 threads can be started"), "\(program.errors)")
    }

    /// Kernels of libtorch share barriers, and wait for ever for a thread that they are not given.
    @Test(
        "--threads is honoured, whatever the environment allows",
        arguments: [
            ["OMP_THREAD_LIMIT": "1"], ["OMP_MAX_ACTIVE_LEVELS": "0"], ["OMP_NUM_THREADS": "1"],
        ])
    func commandLine(_ variables: [String: String]) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data").path
            let network = folder.appending(path: "net.json")
            _ = try Program.run(
                "phantom", data, "--cases", "8", "--size", "16", "--structures", "2")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: network)
            let run = folder.appending(path: "run").path
            let program = try Program.run(
                [
                    "train", data, "--network", network.path, "--size", "16", "--epochs", "1",
                    "--output", run, "--cache", folder.appending(path: "cache").path,
                    "--threads", "2",
                ], environment: variables)
            #expect(program.status == 0, "\(program.errors)")
            let plan = try String(contentsOfFile: run + "/plan.json", encoding: .utf8)
            #expect(plan.replacing(" ", with: "").contains("\"threads\":2"))
        }
    }
}
