import Foundation
import SegNASExperiments
import SegNASTorch
import TestSupport
import Testing

@testable import segnas3d

/// What the program does with GPUs, shown on simulated ones.
@Suite("CUDA")
struct CUDATests {
    let cuda: SimulatedCUDA

    init() throws {
        cuda = try SimulatedCUDA.shared.get()
    }

    private func run(
        _ arguments: [String], _ variables: [String: String] = [:], log: URL? = nil
    ) throws -> Program {
        try Program.run(
            arguments + ["--threads", "1"], environment: cuda.environment(variables, log: log))
    }

    /// Calls a body with a folder that holds phantoms (`data`) and a small network without dropout (`net.json`).
    private func withData(_ body: (PhantomFolder) throws -> Void) throws {
        try PhantomFolder.with(cases: 8, size: 16) { folder in
            let network =
                #"{"n": 8, "p": 1, "sup": 1, "res": 1, "nodes": 3, "ops": [2, 0, 2], "dropout": 0}"#
            try Data(network.utf8).write(to: folder.url.appending(path: "net.json"))
            try body(folder)
        }
    }

    /// A short training in float32.
    private func training(
        _ folder: PhantomFolder, _ run: String, on device: String, epochs: Int = 2,
        _ more: [String] = ["--batch", "2"]
    ) -> [String] {
        [
            "train", folder.path("data"), "--network", folder.path("net.json"), "--size", "16",
            "--epochs", "\(epochs)", "--precision", "float32", "--output",
            folder.path(run), "--cache", folder.path("cache"), "--device", device, "--quiet",
        ] + more
    }

    private struct Epoch: Decodable {
        struct Validation: Decodable {
            var mean: Double?
        }
        var loss: Double
        var validation: Validation?
    }

    private func epochs(_ folder: PhantomFolder, _ run: String) throws -> [Epoch] {
        try folder.text("\(run)/log.jsonl").split(separator: "\n").map {
            try JSONDecoder().decode(Epoch.self, from: Data($0.utf8))
        }
    }

    // MARK: - Doctor

    @Test("all operations of a GPU are compared with the CPU's")
    func doctor() throws {
        let program = try Program.run(
            ["doctor", "--device", "cuda:0", "--json"], environment: cuda.environment())
        #expect(program.status == 0, "\(program.output)")
        let diagnosis = try JSONDecoder().decode(Diagnosis.self, from: Data(program.output.utf8))
        let check = try #require(diagnosis.check)
        #expect(check.device == "cuda:0")
        #expect(check.operations.count == 2 * 58 - 4)
        #expect(check.operations.filter { !$0.isRight } == [])
    }

    @Test("an operation that a GPU computes wrongly is named")
    func wrongOperation() throws {
        let program = try Program.run(
            ["doctor", "--device", "cuda:0"],
            environment: cuda.environment(["SIMULATED_GPU_FAULT": "aten::upsample_nearest3d"]))
        #expect(program.status == 1)
        #expect(
            program.output.contains(
                "ERROR: nearest upsampling in float32 on cuda:0 is wrong, with a relative error of")
        )
        #expect(!program.output.contains("ERROR: max pooling"))
    }

    struct Obstacle: CustomTestStringConvertible {
        var testDescription: String
        var variables: [String: String]
        var words: String
    }

    static let obstacles = [
        Obstacle(
            testDescription: "an old driver",
            variables: ["SIMULATED_GPUS": "0", "SIMULATED_DRIVER_VERSION": "12040"],
            words:
                "there is no cuda:0: the NVIDIA driver serves CUDA up to 12.4, and this libtorch needs 13.0"
        ),
        Obstacle(
            testDescription: "a driver without a GPU",
            variables: ["SIMULATED_GPUS": "0", "SIMULATED_DRIVER_FAILURE": "100"],
            words: "there is no cuda:0: the NVIDIA driver shows no GPU to this process"),
        Obstacle(
            testDescription: "a driver that does not start",
            variables: ["SIMULATED_GPUS": "0", "SIMULATED_DRIVER_FAILURE": "803"],
            words: "there is no cuda:0: the NVIDIA driver does not start (CUDA error 803)"),
        Obstacle(
            testDescription: "hidden GPUs", variables: ["CUDA_VISIBLE_DEVICES": "-1"],
            words: "there is no cuda:0: CUDA_VISIBLE_DEVICES='-1' hides every GPU"),
        Obstacle(
            testDescription: "no driver",
            variables: ["SIMULATED_GPUS": "0", "LD_LIBRARY_PATH": "/nowhere"],
            words: "there is no cuda:0: no NVIDIA driver is found (libcuda.so.1)"),
    ]

    @Test("why a GPU that is asked for is not there", arguments: obstacles)
    func obstacle(_ it: Obstacle) throws {
        let program = try run(
            ["bench", "train-step", "--size", "8", "--device", "cuda:0"], it.variables)
        #expect(program.status == 2)
        #expect(program.errors.contains(it.words), "\(program.errors)")
    }

    // MARK: - Computing

    @Test("a step is measured on a GPU, with its memory there")
    func bench() throws {
        let program = try run(
            ["bench", "train-step", "inference", "predict", "--size", "16", "--patch", "16"]
                + ["--n", "4", "--batch", "2", "--precision", "float32", "--device", "cuda:0"]
                + ["--json"])
        #expect(program.status == 0, "\(program.errors)")
        struct Row: Decodable {
            var workload: String
            var device: String
            var batch: Int?
            var tensorBytes: Int?
        }
        let rows = try program.output.split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        #expect(rows.map(\.workload) == ["train-step", "inference", "predict", "predict"])
        #expect(rows.allSatisfy { $0.device == "cuda:0" })
        #expect(rows[0].batch == 2)
        // Scores of 20 classes and their gradient, in float32.
        #expect(rows[0].tensorBytes ?? 0 > 2 * 2 * 20 * 16 * 16 * 16 * 4)
    }

    /// Trainings on the CPU and on a GPU have the same losses, and the same Dice.
    private func expectSameEpochs(_ folder: PhantomFolder) throws {
        let (here, there) = try (epochs(folder, "run-cpu"), epochs(folder, "run-cuda"))
        #expect(here.count == there.count)
        #expect(here.contains { $0.validation?.mean ?? 0 > 0.03 })
        for (a, b) in zip(here, there) {
            #expect(abs(a.loss - b.loss) < 1e-3 * a.loss)
            let dice = try #require(a.validation?.mean)
            #expect(try abs(dice - #require(b.validation?.mean)) < 0.02)
        }
    }

    @Test("a training on a GPU has the losses of the CPU, and its Dice in validation")
    func training() throws {
        try withData { folder in
            for device in ["cpu", "cuda:0"] {
                let program = try run(
                    training(folder, "run-\(device.prefix(4))", on: device, epochs: 6))
                #expect(program.status == 0, "\(program.errors)")
            }
            try expectSameEpochs(folder)
        }
    }

    @Test("patches: a training on a GPU has the losses of the CPU, and its Dice of whole images")
    func patches() throws {
        try withData { folder in
            let log = folder.url.appending(path: "work.jsonl")
            func train(_ run: String, on device: String, patch: String) throws {
                let program = try self.run(
                    [
                        "train", folder.path("data"), "--network", folder.path("net.json"),
                        "--patch", patch, "--batch", "2", "--epochs", "2", "--steps-per-epoch",
                        "6", "--split", "75/25/0", "--precision", "float32", "--output",
                        folder.path(run), "--cache", folder.path("cache"), "--device", device,
                        "--quiet",
                    ], log: log)
                #expect(program.status == 0, "\(program.errors)")
            }
            try train("run-cuda", on: "cuda:0", patch: "12x8x10")
            try train("whole", on: "cuda:0", patch: "16")
            try train("run-cpu", on: "cpu", patch: "12x8x10")
            try expectSameEpochs(folder)
            // Probabilities of eight tiles stay on the GPU as those of one.
            let work = try SimulatedCUDA.work(in: log)
            #expect(work[0].pageable == work[1].pageable)
        }
    }

    @Test("no step waits for the GPU, or gives it more than images and labels")
    func waits() throws {
        try withData { folder in
            let waits = try ["1", "2"].map { batch in
                let log = folder.url.appending(path: "work-\(batch).jsonl")
                let program = try run(
                    training(
                        folder, "run-\(batch)", on: "cuda:0",
                        ["--clip", "1", "--batch", batch, "--split", "all"]),
                    log: log)
                #expect(program.status == 0, "\(program.errors)")
                return try SimulatedCUDA.work(in: log)[0]
            }
            #expect(waits[0].convolutions > waits[1].convolutions)
            #expect(waits[0].waits == waits[1].waits)
            #expect(waits[0].pageable == waits[1].pageable)
            // Two epochs of eight cases: 16 steps and 8.
            #expect(waits[0].uploads - waits[1].uploads <= 2 * (16 - 8))
        }
    }

    // MARK: - Memory

    struct Shortage: CustomTestStringConvertible {
        var testDescription: String
        var variables: [String: String] = [:]
        var options: [String] = []
        var words: String
    }

    static let shortages = [
        Shortage(
            testDescription: "a small GPU", variables: ["SIMULATED_GPU_MEMORY": "\(770 << 20)"],
            words: "1.9 MiB are available"),
        Shortage(
            testDescription: "a limit", options: ["--memory-limit", "3MiB"],
            words: "3 MiB are available"),
        Shortage(
            testDescription: "workspaces of cuDNN",
            variables: ["SIMULATED_GPU_WORKSPACE": "\(5 << 30)"], words: "of memory"),
    ]

    @Test("a GPU whose memory does not suffice ends a training with code 4", arguments: shortages)
    func shortage(_ it: Shortage) throws {
        try withData { folder in
            let program = try run(
                training(folder, "run", on: "cuda:0", it.options), it.variables)
            #expect(program.status == 4, "\(program.errors)")
            #expect(program.errors.contains("out of memory"))
            #expect(program.errors.contains(it.words), "\(program.errors)")
        }
    }

    @Test("the memory of a training with kernels of the program's own is predicted")
    func prediction() throws {
        try withData { folder in
            let log = folder.url.appending(path: "work.jsonl")
            let whole = try run(training(folder, "run", on: "cuda:0"), log: log)
            #expect(whole.status == 0, "\(whole.errors)")
            let peak = try Double(SimulatedCUDA.work(in: log)[0].peak)
            let refused = try run(
                training(
                    folder, "refused", on: "cuda:0", ["--batch", "2", "--memory-limit", "1MiB"]))
            #expect(refused.status == 4)
            let figure = try #require(refused.errors.firstMatch(of: /(\d+(\.\d)?) MiB/)?.output.1)
            let predicted = try #require(Double(figure)) * 0x1p20
            #expect(abs(predicted / peak - 1) < 0.05, "\(refused.errors), and \(peak) measured")
        }
    }

    // MARK: - Search

    @Test("workers see one GPU each, and have their share of its memory")
    func search() throws {
        try withData { folder in
            let log = folder.url.appending(path: "work.jsonl")
            let program = try run(
                [
                    "search", folder.path("data"), "--space", "segnas4", "--size", "16",
                    "--iterations", "6", "--population", "5", "--epochs", "1", "--workers", "4",
                    "--precision", "float32", "--device", "cuda:0,1", "--output",
                    folder.path("study"), "--cache", folder.path("cache"), "--quiet",
                ], ["SIMULATED_GPUS": "2", "CUDA_VISIBLE_DEVICES": "GPU-a,GPU-b"], log: log)
            #expect(program.status == 0, "\(program.errors)")
            let work = try SimulatedCUDA.work(in: log)
            let ofWorkers = Set(work.map(\.visible)).subtracting(["GPU-a,GPU-b"])
            #expect(!ofWorkers.isEmpty && ofWorkers.isSubset(of: ["GPU-a", "GPU-b"]))
            // Half of what 4 GiB leave beside two contexts.
            let limit = try folder.text("study/plan.json")
            #expect(limit.contains("\((4 << 30 - 2 * 768 << 20) / 2 / 20 * 19)"))
        }
    }
}
