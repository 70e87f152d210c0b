import FoundationEssentials
internal import Host
internal import Torch

/// What `doctor` finds out.
struct Diagnosis: Codable, Equatable {
    struct Processor: Codable, Equatable {
        var model: String
        /// Cores that this process may use.
        var cores: Int
        /// The vector instructions that libtorch uses.
        var vector: String
        /// Instructions for bfloat16 products.
        var bfloat16: [String]
    }

    struct Threads: Codable, Equatable {
        /// With which subcommands compute where --threads says nothing.
        var count: Int
        /// Why so many.
        var reason: String
        /// Variables of the environment that are no number of threads.
        var unreadable: [String] = []
    }

    struct Memory: Codable, Equatable {
        /// Bytes that this process may use, and those that are free.
        var total: UInt64
        var available: UInt64
    }

    struct Graphics: Codable, Equatable {
        var name: String
        /// Bytes.
        var memory: UInt64
        /// Whether libtorch can compute on it.
        var isUsable: Bool
    }

    struct Problem: Codable, Equatable {
        var problem: String
        var remedy: String
        /// Whether nothing can be done without the remedy.
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
    var problems: [Problem]
}

extension Diagnosis {
    static func ofThisMachine() -> Diagnosis {
        let host = HostResources.current()
        let cuda = Result { () throws(TorchError) in try Device.cudaDevices().count }
        let gpus = (try? GPU.all()) ?? []
        let diagnosis = Diagnosis(
            version: segnas3d.version, swift: swiftVersion, libtorch: Libtorch.version,
            libtorchPath: Libtorch.path, oneDNN: Libtorch.oneDNNVersion,
            processor: Processor(
                model: processorModel(), cores: host.cores, vector: CPU.vectorExtension,
                bfloat16: CPU.bfloat16Instructions),
            threads: Threads(.current),
            memory: Memory(total: host.memory.bytes, available: host.available.bytes),
            gpus: gpus.enumerated().map { index, gpu in
                let usable = (try? cuda.get()) ?? 0
                return Graphics(name: gpu.name, memory: gpu.memory.bytes, isUsable: index < usable)
            },
            problems: [])
        return diagnosis.withProblems(
            cuda: cuda, obstacle: .ofThisMachine(), convolution: SelfTest.run())
    }

    /// Of the compiler that built this program.
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
            case .limit(let variable): "as \(variable) allows no more"
            }
        self.init(
            count: environment.threads, reason: reason,
            unreadable: environment.unreadable.map(\.description))
    }
}
