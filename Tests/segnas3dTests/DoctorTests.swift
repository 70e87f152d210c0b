import Foundation
import SegNASExperiments
import SegNASHost
import SegNASTorch
import Testing

@testable import segnas3d

@Suite("Doctor")
struct DoctorTests {
    @Test("the JSON document describes this machine")
    func json() throws {
        let program = try Program.run("doctor", "--json")
        #expect(program.status == 0)
        let diagnosis = try JSONDecoder().decode(Diagnosis.self, from: Data(program.output.utf8))
        #expect(diagnosis.schema == 1)
        #expect(diagnosis.version == Release.version)
        #expect(diagnosis.libtorch == "2.11.0")
        #expect(diagnosis.processor.cores >= 1)
        #expect(diagnosis.threads.count >= 1)
        #expect(diagnosis.memory.available <= diagnosis.memory.total)
    }

    @Test("the text says the same")
    func text() throws {
        let program = try Program.run("doctor")
        #expect(program.status == 0)
        #expect(program.output.hasPrefix("segnas3d \(Release.version), built with Swift "))
        #expect(program.output.contains("libtorch   2.11.0 with oneDNN "))
    }

    static let healthy = Diagnosis(
        version: "1.2.3", swift: "6.3", libtorch: "2.11.0", libtorchPath: "/l/libtorch_cpu.so",
        oneDNN: "3.10.2",
        processor: .init(
            model: "Fast 9000", cores: 8, vector: "AVX512", bfloat16: ["amx", "avx512_bf16"],
            oneDNN: "avx512", kernels: "avx512", limits: []),
        threads: .init(count: 8, reason: "one for each core"),
        memory: .init(total: 64 << 30, available: 48 << 30), gpus: [], problems: [])

    @Test("a healthy machine")
    func healthyText() {
        let text = Self.healthy.withProblems(
            cuda: .success(0), obstacle: nil, convolution: .success(())
        ).text()
        #expect(
            text == """
                segnas3d 1.2.3, built with Swift 6.3
                libtorch   2.11.0 with oneDNN 3.10.2, from /l/libtorch_cpu.so
                processor  Fast 9000: 8 cores, AVX512, bfloat16 by amx and avx512_bf16
                threads    8, one for each core
                memory     48 GiB available of 64 GiB
                GPU        none

                All is well.
                """)
    }

    @Test("who uses which instructions where a variable limits them")
    func limitedText() {
        var limited = Self.healthy
        limited.processor = .init(
            model: "Fast 9000", cores: 8, vector: "AVX512", bfloat16: [], oneDNN: "avx2",
            kernels: "avx2", limits: ["ONEDNN_MAX_CPU_ISA=AVX2", "SEGNAS3D_CPU_ISA=avx2"])
        #expect(
            limited.text().contains(
                """
                processor  Fast 9000: 8 cores, AVX512, no native bfloat16
                           libtorch AVX512, oneDNN avx2, segnas3d avx2, limited by \
                ONEDNN_MAX_CPU_ISA=AVX2 SEGNAS3D_CPU_ISA=avx2

                """))
    }

    static let limits: [(value: String, status: Int32, words: String)] = [
        ("default", 0, "segnas3d default, limited by"),
        ("avx3", 1, "ERROR: SEGNAS3D_CPU_ISA is 'avx3', which is not an instruction set"),
        ("", 1, "ERROR: SEGNAS3D_CPU_ISA is '', which is not an instruction set"),
    ]

    @Test("a limit of our own kernels is shown, and refused where it is none", arguments: limits)
    func limit(_ value: String, _ status: Int32, _ words: String) throws {
        let program = try Program.run(["doctor"], environment: ["SEGNAS3D_CPU_ISA": value])
        #expect(program.status == status)
        #expect(program.output.contains(words))
    }

    @Test("nothing is computed under a limit that is none")
    func unknownLimit() throws {
        let program = try Program.run(
            ["bench", "augment", "--size", "8"], environment: ["SEGNAS3D_CPU_ISA": "sse9"])
        #expect(program.status == 2)
        #expect(
            program.errors.contains(
                "SEGNAS3D_CPU_ISA is 'sse9', and must be default, avx2 or avx512, or not be set"))
    }

    @Test("a machine with every problem, each with its remedy")
    func sickText() {
        var sick = Self.healthy
        sick.processor = .init(
            model: "Old 1", cores: 1, vector: "DEFAULT", bfloat16: [], oneDNN: nil,
            kernels: "default", limits: [])
        sick.threads = .init(
            count: 4, reason: "as OMP_NUM_THREADS=4 says", unreadable: ["OMP_THREAD_LIMIT=no"])
        sick.memory.available = 1 << 30
        sick.gpus = [.init(name: "Graphics 5", memory: 16 << 30, isUsable: false)]
        let text = sick.withProblems(
            cuda: .failure(Self.forCPUs),
            obstacle: GraphicsObstacle(
                GraphicsDriver(version: "550.54.15"), visible: nil, cuda: .failure(Self.forCPUs)),
            convolution: .failure(.operation("conv3d: could not create a primitive"))
        ).text()
        #expect(
            text == """
                segnas3d 1.2.3, built with Swift 6.3
                libtorch   2.11.0 with oneDNN 3.10.2, from /l/libtorch_cpu.so
                processor  Old 1: 1 core, DEFAULT, no native bfloat16
                threads    4, as OMP_NUM_THREADS=4 says
                memory     1 GiB available of 64 GiB
                GPU        Graphics 5, 16 GiB, not usable

                ERROR: a small convolution fails on the CPU: conv3d: could not create a primitive
                  → reinstall libtorch (delete its folder, then run Scripts/setup.sh), and free memory
                Warning: there is an NVIDIA driver 550.54.15, but this libtorch cannot use it \
                (CUDA: this libtorch is for CPUs only)
                  → install PyTorch 2.11.0 with CUDA and set LIBTORCH to its torch folder
                Warning: this processor has no AVX2: computing on it is slow
                  → use a machine from 2014 or later, or a GPU
                Warning: this libtorch has no symbol table, so oneDNN cannot be asked what it needs: \
                the memory of convolutions is estimated
                  → use PyTorch 2.11.0 as pip installs it, not stripped
                Warning: 4 threads, as OMP_NUM_THREADS=4 says, share 1 core, which is slower than one thread for each
                  → give --threads 1, or set the variable to it
                Warning: only 1 GiB of memory is available
                  → end other programs, or request more from your batch system
                Warning: OMP_THREAD_LIMIT=no is not a number of threads, and is ignored
                  → unset it, or give a number from 1
                """)
    }

    private static let forCPUs = TorchError.operation("CUDA: this libtorch is for CPUs only")

    @Test("a GPU of which libtorch makes no use")
    func unusedGPU() {
        var machine = Self.healthy
        machine.gpus = [.init(name: "Graphics 5", memory: 16 << 30, isUsable: false)]
        let problems = machine.withProblems(
            cuda: .success(0), obstacle: nil, convolution: .success(())
        ).problems
        #expect(
            problems.map(\.problem) == ["the driver shows 1 GPU(s), of which libtorch can use 0"])
        #expect(!problems.contains { $0.isFatal })
    }
}

@Suite("Why a GPU is not used")
struct GraphicsObstacleTests {
    static let forCPUs = TorchError.operation(
        "CUDA: this libtorch is for CPUs only, it has no libtorch_cuda.so")

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var driver: GraphicsDriver? = GraphicsDriver(version: "550.54.15")
        var visible: String?
        var cuda: Result<Int, TorchError> = .failure(GraphicsObstacleTests.forCPUs)
        var problem: String?
    }

    static let hidden = "hides every GPU"
    static let cases = [
        Case(testDescription: "no driver", driver: nil, problem: nil),
        Case(testDescription: "no driver, and all hidden", driver: nil, visible: "", problem: nil),
        Case(testDescription: "a GPU in use", cuda: .success(1), problem: nil),
        Case(testDescription: "one that is chosen", visible: "0", cuda: .success(1), problem: nil),
        Case(
            testDescription: "a libtorch without CUDA",
            problem:
                "there is an NVIDIA driver 550.54.15, but this libtorch cannot use it (CUDA: this libtorch is "
                + "for CPUs only, it has no libtorch_cuda.so)"),
        Case(
            testDescription: "no GPU that can be used", driver: GraphicsDriver(), cuda: .success(0),
            problem: "there is an NVIDIA driver, but libtorch finds no usable GPU"),
        Case(
            testDescription: "all hidden by nothing", visible: "",
            problem: "CUDA_VISIBLE_DEVICES='' hides every GPU"),
        Case(
            testDescription: "all hidden by -1", visible: "-1,0", cuda: .success(0),
            problem: "CUDA_VISIBLE_DEVICES='-1,0' hides every GPU"),
        Case(
            testDescription: "all hidden by a batch system", visible: "NoDevFiles",
            problem: "CUDA_VISIBLE_DEVICES='NoDevFiles' hides every GPU"),
        Case(
            testDescription: "a container without a GPU",
            driver: GraphicsDriver(version: "550.54.15", hasDevice: false),
            problem:
                "there is an NVIDIA driver 550.54.15, but this process has no GPU (no /dev/nvidia0)"
        ),
        Case(
            testDescription: "a driver that is not loaded",
            driver: GraphicsDriver(isLoaded: false, hasDevice: false),
            problem: "an NVIDIA driver is installed but not loaded"),
    ]

    @Test("the reason is told", arguments: cases)
    func reason(_ it: Case) {
        let obstacle = GraphicsObstacle(it.driver, visible: it.visible, cuda: it.cuda)
        #expect(obstacle?.problem == it.problem)
        #expect(obstacle?.remedy.isEmpty != true)
    }
}
