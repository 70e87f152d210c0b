internal import CTorch
public import SegNASHost

/// What libtorch makes of this machine's processor.
public enum CPU {
    /// Threads of tensor operations that the calling thread starts.
    public static var threads: Int { Int(ct_threads()) }

    /// Sets ``threads`` for the calling thread and for threads that have not worked with tensors yet.
    public static func setThreads(_ count: Int) throws(TorchError) {
        try check(ct_set_threads(Int32(clamping: count)))
    }

    /// The widest vector instructions that libtorch's kernels use here: `AVX512`, `AVX2` or `DEFAULT`.
    public static var vectorExtension: String { String(cString: ct_vector_extension()) }

    /// Those that oneDNN's convolutions use here: `avx512`, `avx2` or `default`.
    ///
    /// nil where this libtorch does not let oneDNN be asked; the memory of convolutions is then an estimate.
    public static var oneDNNInstructions: String? {
        ct_onednn_is_open() ? String(cString: ct_onednn_instructions()) : nil
    }

    /// Those that our own kernels use here: `avx512`, `avx2` or `default`.
    public static var kernelInstructions: String { String(cString: ct_kernel_instructions()) }

    /// The value of `SEGNAS3D_CPU_ISA`, which limits ``kernelInstructions``, where it names no instructions.
    public static var unknownInstructionLimit: String? {
        ct_unknown_instruction_limit().map { String(cString: $0) }
    }

    /// The instructions by which oneDNN multiplies bfloat16 here: `amx` or `avx512_bf16`.
    ///
    /// Without them, convolutions of bfloat16 are computed in float32.
    public static var bfloat16Instructions: [String] {
        [(ct_multiplies_bf16_by_amx(), "amx"), (ct_multiplies_bf16_by_avx512(), "avx512_bf16")]
            .filter(\.0).map(\.1)
    }

    /// Threads that took part in the last parallel kernel of ours that this thread called.
    static var lastParallelWidth: Int { Int(ct_last_parallel_width()) }
}

/// The libtorch in use.
public enum Libtorch {
    /// Loads it now, which the first operation on tensors does too, though that ends the program where it fails.
    ///
    /// - Throws: ``TorchError/operation(_:)`` with the reason.
    public static func load() throws(TorchError) {
        if let reason = ct_load() { throw .operation(String(cString: reason)) }
    }

    public static var version: String { String(cString: ct_torch_version()) }
    /// The version that this program was built with; another one in use gives undefined results.
    public static var builtVersion: String { String(cString: ct_built_torch_version()) }
    public static var oneDNNVersion: String { String(cString: ct_onednn_version()) }
    /// Path of `libtorch_cpu.so`.
    public static var path: String { String(cString: ct_torch_library_path()) }
}

/// A GPU as its driver tells, whether or not libtorch can use it.
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
