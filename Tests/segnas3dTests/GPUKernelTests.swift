import Foundation
import SegNASTorch
import TestSupport
import Testing

@testable import segnas3d

/// The program's kernels for GPUs: compiled for the CPU, and run there on simulated GPUs.
@Suite("GPU kernels")
struct GPUKernelTests {
    let cuda: SimulatedCUDA

    init() throws {
        cuda = try SimulatedCUDA.shared.get()
    }

    private func doctor(
        _ arguments: [String], _ variables: [String: String] = [:]
    ) throws -> Program {
        try Program.run(["doctor"] + arguments, environment: cuda.environment(variables))
    }

    private func diagnosis(_ variables: [String: String] = [:]) throws -> Diagnosis {
        let program = try doctor(["--device", "cuda:0", "--json"], variables)
        return try JSONDecoder().decode(Diagnosis.self, from: Data(program.output.utf8))
    }

    /// The files of kernels, which are compiled one by one.
    private func sources() throws -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/CTorch/Kernels")
        return try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "cu" }
    }

    /// The names of all kernels in the sources, with those that a macro makes of one name: for both types, and for
    /// widths or numbers of outputs.
    private func kernels() throws -> Set<String> {
        var names: Set<String> = []
        for file in try sources() {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(
                of: /\bKERNEL\((?<name>\w+)(?<types>##type)?(##_##(?<varies>V|outputs))?,/)
            {
                let (name, varies) = (String(match.output.name), match.output.varies)
                guard match.output.types != nil else {
                    names.insert(name)
                    continue
                }
                for (type, widths) in [("float32", ["1", "4"]), ("bfloat16", ["1", "8"])] {
                    let suffixes =
                        switch varies {
                        case "V": widths.map { "_" + $0 }
                        case nil: [""]
                        default: ["_8", "_16", "_24", "_32"]
                        }
                    names.formUnion(suffixes.map { name + type + $0 })
                }
            }
        }
        return names
    }

    /// The kernels that a process has launched, with their blocks.
    private func launches(_ log: URL) throws -> [(name: String, blocks: Int)] {
        try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map {
            let words = $0.split(separator: " ")
            return (String(words[0]), try #require(Int(words[1])))
        }
    }

    @Test("every kernel is right, in whatever order its threads run")
    func areRight() throws {
        try withTemporaryFolder { folder in
            let log = folder.appending(path: "kernels")
            let forward = try diagnosis(["SIMULATED_KERNEL_LOG": log.path])
            let check = try #require(forward.check)
            #expect(check.operations.filter { !$0.isRight } == [])
            #expect(forward.problems.filter { $0.problem.contains("kernels") } == [])
            let launched = try launches(log)
            #expect(Set(launched.map(\.name)) == (try kernels()))
            // Two multiprocessors, on each of which two blocks with such registers run at a time.
            #expect(launched.contains { $0.name == "weight_gradient3_32" && $0.blocks == 4 })
            // A thread that reads what another one has yet to write reads something else now.
            let backward = try diagnosis(["SIMULATED_GPU_ORDER": "reverse"])
            #expect(backward.check?.operations == check.operations)
        }
    }

    struct Obstacle: CustomTestStringConvertible {
        var testDescription: String
        var variables: [String: String]
        var words: String
    }

    static let obstacles = [
        Obstacle(
            testDescription: "a source that the compiler refuses",
            variables: ["SIMULATED_COMPILER_FAULT": "#error of a compiler"],
            words: "NVIDIA's compiler for run time fails (error 6) for --gpu-architecture=sm_90: "),
        Obstacle(
            testDescription: "no compiler", variables: ["LD_LIBRARY_PATH": "driver"],
            words: "NVIDIA's compiler for run time is not found: libnvrtc.so.13: cannot open"),
        Obstacle(
            testDescription: "a choice of the user", variables: ["SEGNAS3D_GPU_KERNELS": "0"],
            words: "SEGNAS3D_GPU_KERNELS=0 turns them off"),
    ]

    @Test(
        "where kernels cannot be used, libtorch's operations are, and doctor says why",
        arguments: obstacles)
    func fallsBack(_ obstacle: Obstacle) throws {
        try withTemporaryFolder { folder in
            let log = folder.appending(path: "kernels")
            var variables = obstacle.variables
            if variables["LD_LIBRARY_PATH"] != nil {
                variables["LD_LIBRARY_PATH"] = cuda.driver.path
            }
            variables["XDG_CACHE_HOME"] = folder.path
            variables["SIMULATED_KERNEL_LOG"] = log.path
            let program = try doctor(["--device", "cuda:0"], variables)
            #expect(program.status == 0, "\(program.output)")
            #expect(
                program.output.contains(
                    "Warning: kernels of the program's own are not used on the GPU"))
            #expect(program.output.contains(obstacle.words), "\(program.output)")
            #expect(!FileManager.default.fileExists(atPath: log.path))
        }
    }

    @Test("kernels of one kind can be left out")
    func areLeftOut() throws {
        try withTemporaryFolder { folder in
            let log = folder.appending(path: "kernels")
            let program = try doctor(
                ["--device", "cuda:0"],
                ["SEGNAS3D_GPU_KERNELS": "-convolution", "SIMULATED_KERNEL_LOG": log.path])
            #expect(program.status == 0, "\(program.output)")
            #expect(program.output.contains("SEGNAS3D_GPU_KERNELS=-convolution turns them off"))
            let launched = try launches(log)
            #expect(launched.contains { $0.name == "pool_bfloat16_8" })
            #expect(!launched.contains { $0.name.hasPrefix("convolution") })
        }
    }

    @Test("kernels are compiled once for a compiler and a kind of GPU")
    func areCached() throws {
        try withTemporaryFolder { folder in
            let log = folder.appending(path: "compilations")
            func compilations(_ variables: [String: String] = [:]) throws -> [String] {
                try? FileManager.default.removeItem(at: log)
                let program = try doctor(
                    [],
                    [
                        "XDG_CACHE_HOME": folder.path, "SIMULATED_COMPILER_LOG": log.path,
                        "SIMULATED_COMPILER_LEVEL": "0",
                    ].merging(variables) { $1 })
                #expect(
                    !program.output.contains("kernels of the program's own"), "\(program.output)")
                let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                return text.split(separator: "\n").map(String.init)
            }
            let count = try sources().count
            #expect(try compilations() == Array(repeating: "sm_90", count: count))
            #expect(try compilations() == [])
            #expect(try compilations(["SIMULATED_COMPILER_VERSION": "1"]).count == count)
            #expect(
                try compilations(["SIMULATED_GPU_GENERATION": "8"])
                    == Array(repeating: "sm_80", count: count))
            let kernels = folder.appending(path: "segnas3d/kernels")
            let files = try FileManager.default.contentsOfDirectory(atPath: kernels.path)
            #expect(files.count == 3 * count && files.allSatisfy { $0.hasSuffix(".cubin") })
            // What a crash of the machine may leave.
            for file in files {
                let handle = try FileHandle(forWritingTo: kernels.appending(path: file))
                try handle.truncate(atOffset: 100)
                try handle.close()
            }
            #expect(try compilations().count == count)
            #expect(try compilations() == [])
        }
    }

    /// A folder with NVIDIA's compiler, such as `nvidia/cu13/lib` of PyTorch's packages.
    private static let compiler = ProcessInfo.processInfo.environment["SEGNAS3D_NVRTC"]

    @Test(
        "NVIDIA's compiler takes the sources for all kinds of GPUs",
        .enabled(if: compiler != nil), arguments: [(8, "sm_80"), (9, "sm_90"), (12, "sm_120")])
    func areCompiled(_ generation: Int, _ architecture: String) throws {
        let compiler = try #require(Self.compiler)
        try withTemporaryFolder { folder in
            let program = try doctor(
                [],
                [
                    "LD_LIBRARY_PATH": "\(cuda.driver.path):\(compiler)",
                    "SIMULATED_GPU_GENERATION": "\(generation)", "XDG_CACHE_HOME": folder.path,
                ])
            // The simulated driver has no GPU for them.
            #expect(
                program.output.contains("the driver does not load what was compiled"),
                "\(program.output)")
            let files = try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: "segnas3d/kernels").path)
            #expect(try files.count == sources().count)
            for file in files {
                let code = try Data(
                    contentsOf: folder.appending(path: "segnas3d/kernels/\(file)"))
                #expect(code.dropFirst(16).prefix(4) == Data([0x7F]) + Data("ELF".utf8))
            }
        }
    }
}
