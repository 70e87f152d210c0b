internal import CTorch
internal import FoundationEssentials
public import SegNASHost

/// A GPU that the driver reports, whether or not libtorch can use it.
public struct GPU: Hashable, Sendable {
    public var name: String
    public var memory: ByteCount
    /// Major number of NVIDIA's compute capability: 8 is Ampere (2020).
    public var generation: Int

    /// The GPUs that the driver shows to this process; none without a driver.
    public static func all() throws(TorchError) -> [GPU] {
        var gpus: [GPU] = []
        for index in 0..<ct_gpu_count() {
            var gpu = ct_gpu()
            try check(ct_gpu_describe(index, &gpu))
            let name = withUnsafeBytes(of: &gpu.name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            gpus.append(
                GPU(name: name, memory: ByteCount(gpu.memory), generation: Int(gpu.generation)))
        }
        return gpus
    }
}

/// The kernels of this program for GPUs, which are compiled on the machine where they run.
public enum GPUKernels {
    /// Why they are not used on a GPU, and libtorch's operations are in their place: slower, and with more memory.
    ///
    /// The first call compiles them, unless that was done before on this machine: seconds.
    ///
    /// - Parameter device: A GPU that libtorch can use.
    /// - Returns: The reason, as a clause; nil if they are used.
    public static func obstacle(on device: Device) -> String? {
        ct_gpu_kernel_obstacle(device.code).map { String(cString: $0) }
    }
}

/// A version of CUDA, as NVIDIA numbers them.
public struct CUDAVersion: Hashable, Sendable, CustomStringConvertible {
    public var major: Int
    public var minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Nil for 0, which stands for an unknown version.
    init?(code: Int32) {
        guard code > 0 else { return nil }
        self.init(Int(code / 1000), Int(code % 1000 / 10))
    }

    public var description: String { "\(major).\(minor)" }

    /// The version that the libtorch in use was built for; nil unless its CUDA library is loaded.
    public static var ofLibtorch: CUDAVersion? { CUDAVersion(code: ct_cuda_version()) }
}

/// NVIDIA's driver, as its library libcuda.so.1 tells.
public struct CUDADriver: Hashable, Sendable {
    /// The newest CUDA that it serves; nil if it does not tell.
    public var version: CUDAVersion?
    /// CUDA's number of the error with which it does not start; nil if it starts.
    public var failure: Int?

    public init(version: CUDAVersion?, failure: Int? = nil) {
        self.version = version
        self.failure = failure
    }

    /// The driver of this machine; nil if its library is not found.
    public static func current() -> CUDADriver? {
        let state = ct_driver_state()
        guard state.is_found else { return nil }
        return CUDADriver(
            version: CUDAVersion(code: state.version),
            failure: state.failure == 0 ? nil : Int(state.failure))
    }

    /// CUDA's number for a driver that finds no GPU.
    private static let noDevice = 100

    /// Why libtorch finds no GPU, as a clause.
    ///
    /// - Parameters:
    ///   - driver: The driver; nil if there is none.
    ///   - visible: The value of `CUDA_VISIBLE_DEVICES`.
    ///   - library: The version of CUDA that libtorch was built for.
    /// - Returns: The reason; nil if none is known.
    public static func obstacle(
        _ driver: CUDADriver?, visible: String?, library: CUDAVersion?
    ) -> String? {
        guard let driver else { return "no NVIDIA driver is found (libcuda.so.1)" }
        if let visible, hidesAll(visible) {
            return "CUDA_VISIBLE_DEVICES='\(visible)' hides every GPU"
        }
        if let version = driver.version, let library, version.major < library.major {
            return
                "the NVIDIA driver serves CUDA up to \(version), and this libtorch needs \(library)"
        }
        guard let failure = driver.failure else { return nil }
        return failure == noDevice
            ? "the NVIDIA driver shows no GPU to this process"
            : "the NVIDIA driver does not start (CUDA error \(failure))"
    }

    /// Why libtorch finds no GPU on this machine; nil if no reason is known.
    public static func obstacle() -> String? {
        obstacle(
            current(), visible: ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"],
            library: .ofLibtorch)
    }

    /// True if no GPU is left: CUDA takes those before the first that it does not know.
    public static func hidesAll(_ visible: String) -> Bool {
        let first = visible.split(separator: ",", omittingEmptySubsequences: false)[0]
        let name = first.drop(while: \.isWhitespace)
        return name.isEmpty || name.hasPrefix("-") || name == "NoDevFiles"
    }
}
