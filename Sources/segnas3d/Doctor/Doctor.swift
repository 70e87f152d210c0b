internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASTorch

/// `segnas3d doctor`: shows what this machine offers, and what is wrong with it.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine offers, and how to fix what is wrong.",
        discussion: "Exits with 1 if something makes the program unusable here.")

    @Option(
        help: ArgumentHelp(
            """
            Compute every operation on a device, such as cuda:0, and compare it with the CPU's result in float64.
            """, valueName: "device"))
    var device: String?

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    func run() throws {
        let report = Diagnosis.ofThisMachine(checking: device)
        print(json ? try report.json() : report.text())
        if report.problems.contains(where: \.isFatal) { throw ExitCode.failure }
    }
}

/// The findings of `doctor`.
struct Diagnosis: Codable, Equatable {
    struct Processor: Codable, Equatable {
        var model: String
        /// Cores that this process may use.
        var cores: Int
        /// The vector instructions that libtorch uses.
        var vector: String
        /// Instructions for bfloat16 products.
        var bfloat16: [String]
        /// The vector instructions that oneDNN uses, nil if unknown, and those of our own kernels.
        var oneDNN: String?
        var kernels: String
        /// The variables that limit instructions, such as `SEGNAS3D_CPU_ISA=avx2`.
        var limits: [String]
    }

    struct Threads: Codable, Equatable {
        /// Number that subcommands use without `--threads`.
        var count: Int
        /// The reason for the count.
        var reason: String
        /// Environment variables that do not hold a number of threads.
        var unreadable: [String] = []
    }

    struct Memory: Codable, Equatable {
        /// Bytes that this process may use, and bytes that are free.
        var total: UInt64
        var available: UInt64
    }

    struct Graphics: Codable, Equatable {
        var name: String
        /// Bytes.
        var memory: UInt64
        /// True if libtorch can compute on it.
        var isUsable: Bool
    }

    struct Problem: Codable, Equatable {
        var problem: String
        var remedy: String
        /// True if nothing works without the remedy.
        var isFatal: Bool
    }

    var schema = 1
    var version: String
    var swift: String
    var libtorch: String
    var libtorchPath: String
    var oneDNN: String
    var processor: Processor
    var threads: Threads
    var memory: Memory
    var gpus: [Graphics]
    /// The operations of the device that was to be checked; nil if there was none.
    var check: CheckedDevice?
    var problems: [Problem]

    /// A device, and what became of each operation on it.
    struct CheckedDevice: Codable, Equatable {
        var device: String
        var operations: [DeviceCheck.Outcome]
    }
}

extension Diagnosis {
    /// The diagnosis of this machine; `checking` names a device whose operations are to be checked.
    static func ofThisMachine(checking text: String? = nil) -> Diagnosis {
        let host = HostResources.current()
        let device = text.map { text in
            Result { () throws(DeviceError) in try Device.parse(text)[0] }
        }
        let cuda = Result { () throws(TorchError) in try Device.cudaDevices().count }
        let gpus = (try? GPU.all()) ?? []
        let diagnosis = Diagnosis(
            version: Release.version, swift: swiftVersion, libtorch: Libtorch.version,
            libtorchPath: Libtorch.path, oneDNN: Libtorch.oneDNNVersion,
            processor: Processor(
                model: processorModel(), cores: host.cores, vector: CPU.vectorExtension,
                bfloat16: CPU.bfloat16Instructions, oneDNN: CPU.oneDNNInstructions,
                kernels: CPU.kernelInstructions, limits: instructionLimits()),
            threads: Threads(.current),
            memory: Memory(total: host.memory.bytes, available: host.available.bytes),
            gpus: gpus.enumerated().map { index, gpu in
                let usable = (try? cuda.get()) ?? 0
                return Graphics(name: gpu.name, memory: gpu.memory.bytes, isUsable: index < usable)
            },
            problems: [])
        return diagnosis.withProblems(
            cuda: cuda, obstacle: .ofThisMachine(),
            kernels: (try? cuda.get()) ?? 0 > 0 ? GPUKernels.obstacle(on: .cuda(0)) : nil,
            convolution: SelfTest.run()
        ).checking(device)
    }

    /// Variables of libtorch, oneDNN (under both of its names), MKL and ours.
    private static func instructionLimits() -> [String] {
        let environment = ProcessInfo.processInfo.environment
        return [
            "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",
            "MKL_ENABLE_INSTRUCTIONS", "SEGNAS3D_CPU_ISA",
        ].compactMap { name in environment[name].map { "\(name)=\($0)" } }
    }

    /// The version of the compiler that built this program.
    private static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #else
            "6.3"
        #endif
    }

    private static func processorModel() -> String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let model = line?.split(separator: ":").last?.drop(while: \.isWhitespace)
        return model.map(String.init) ?? "unknown"
    }
}

extension Diagnosis.Threads {
    init(_ environment: ThreadEnvironment) {
        let reason =
            switch environment.reason {
            case .cores: "one for each core"
            case .wanted(let variable): "as \(variable) says"
            case .limit(let variable): "limited by \(variable)"
            }
        self.init(
            count: environment.threads, reason: reason,
            unreadable: environment.unreadable.map(\.description))
    }
}

extension Diagnosis {
    func json() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }

    func text() -> String {
        let bfloat16 =
            processor.bfloat16.isEmpty
            ? "no native bfloat16" : "bfloat16 by " + processor.bfloat16.joined(separator: " and ")
        let cores = processor.cores == 1 ? "1 core" : "\(processor.cores) cores"
        var lines = [
            "segnas3d \(version), built with Swift \(swift)",
            "libtorch   \(libtorch) with oneDNN \(oneDNN), from \(libtorchPath)",
            "processor  \(processor.model): \(cores), \(processor.vector), \(bfloat16)",
        ]
        if !processor.limits.isEmpty {
            lines.append(
                "           libtorch \(processor.vector), oneDNN \(processor.oneDNN ?? "unknown"), "
                    + "segnas3d \(processor.kernels), limited by "
                    + processor.limits.joined(separator: " "))
        }
        lines += [
            "threads    \(threads.count), \(threads.reason)",
            "memory     \(ByteCount(memory.available)) available of \(ByteCount(memory.total))",
        ]
        lines += gpus.enumerated().map { index, gpu in
            let state = gpu.isUsable ? "cuda:\(index)" : "not usable"
            return "GPU        \(gpu.name), \(ByteCount(gpu.memory)), \(state)"
        }
        if gpus.isEmpty { lines.append("GPU        none") }
        if let check { lines.append(check.line) }
        lines.append("")
        lines += problems.map { problem in
            (problem.isFatal ? "ERROR: " : "Warning: ") + problem.problem + "\n  → "
                + problem.remedy
        }
        if problems.isEmpty { lines.append("All is well.") }
        return lines.joined(separator: "\n")
    }
}
