internal import CTorch
public import SegNASHost

/// This machine's processor, as libtorch uses it.
public enum CPU {
    /// Threads of tensor operations that the calling thread starts.
    public static var threads: Int { Int(ct_threads()) }

    /// Sets ``threads`` for the calling thread and for threads that have not worked with tensors yet.
    public static func setThreads(_ count: Int) throws(TorchError) {
        try check(ct_set_threads(Int32(clamping: count)))
    }

    /// The widest vector instructions that libtorch's kernels use here: `AVX512`, `AVX2` or `DEFAULT`.
    public static var vectorExtension: String { String(cString: ct_vector_extension()) }

    /// The instructions that oneDNN's convolutions use here: `avx512`, `avx2` or `default`.
    ///
    /// nil if this libtorch does not give access to oneDNN; the memory of convolutions is then an estimate.
    public static var oneDNNInstructions: String? {
        ct_onednn_is_open() ? String(cString: ct_onednn_instructions()) : nil
    }

    /// The instructions that our own kernels use here: `avx512`, `avx2` or `default`.
    public static var kernelInstructions: String { String(cString: ct_kernel_instructions()) }

    /// The value of `SEGNAS3D_CPU_ISA`, which limits ``kernelInstructions``, if it names no known instructions.
    public static var unknownInstructionLimit: String? {
        ct_unknown_instruction_limit().map { String(cString: $0) }
    }

    /// The instructions with which oneDNN multiplies bfloat16 here: `amx` or `avx512_bf16`.
    ///
    /// Without them, convolutions of bfloat16 are computed in float32.
    public static var bfloat16Instructions: [String] {
        [(ct_multiplies_bf16_by_amx(), "amx"), (ct_multiplies_bf16_by_avx512(), "avx512_bf16")]
            .filter(\.0).map(\.1)
    }

    /// Threads that took part in the last of our parallel kernels that this thread called.
    static var lastParallelWidth: Int { Int(ct_last_parallel_width()) }
}

/// The libtorch in use.
public enum Libtorch {
    /// Loads it now; the first operation on tensors does so too, but ends the program on failure.
    ///
    /// - Throws: ``TorchError/operation(_:)`` with the reason.
    public static func load() throws(TorchError) {
        if let reason = ct_load() { throw .operation(String(cString: reason)) }
    }

    public static var version: String { String(cString: ct_torch_version()) }
    /// The version that this program was built with; running with another one gives undefined results.
    public static var builtVersion: String { String(cString: ct_built_torch_version()) }
    public static var oneDNNVersion: String { String(cString: ct_onednn_version()) }
    /// Path of `libtorch_cpu.so`.
    public static var path: String { String(cString: ct_torch_library_path()) }
}

/// Statistics on the memory of tensors on a device, and its budget.
///
/// CPU tensors come from a separate allocator. It counts bytes, keeps freed memory for the next step, and refuses
/// allocations beyond the budget with ``TorchError/outOfMemory(_:)``, after which the program can continue.
public struct TensorMemory: Equatable, Sendable {
    /// Bytes in use.
    public var current: ByteCount
    /// The maximum of bytes in use since ``resetPeak(on:)``.
    public var peak: ByteCount
    /// The number of blocks in use.
    public var blocks: Int
    /// Bytes held from the system, in use or kept for reuse.
    public var reserved: ByteCount
    /// The budget, on a GPU at most its memory; nil if there is no limit.
    public var limit: ByteCount?

    public static func statistics(on device: Device = .cpu) throws(TorchError) -> TensorMemory {
        var figures = ct_memory_statistics()
        try check(ct_memory_statistics_of(device.code, &figures))
        return TensorMemory(
            current: ByteCount(figures.current), peak: ByteCount(figures.peak),
            blocks: Int(figures.allocations), reserved: ByteCount(figures.reserved),
            limit: figures.limit == .max ? nil : ByteCount(figures.limit))
    }

    /// Resets the peak to the bytes in use now.
    public static func resetPeak(on device: Device = .cpu) throws(TorchError) {
        try check(ct_reset_peak_memory(device.code))
    }

    /// Runs a body in which operations on the meta device count what they would take on another one.
    public static func countingMeta<Result>(
        as device: Device, _ body: () throws -> Result
    ) rethrows -> Result {
        ct_set_meta_counts_gpu(device.isGPU)
        defer { ct_set_meta_counts_gpu(false) }
        return try body()
    }

    /// Limits the bytes of all tensors of this process on a device; nil lifts the limit.
    ///
    /// On a GPU the budget must be set before its first use in the process: a later one is what ``statistics(on:)``
    /// tell, but the allocator refuses only what exceeds the first.
    public static func setBudget(
        _ budget: ByteCount?, on device: Device = .cpu
    ) throws(TorchError) {
        try check(ct_set_memory_budget(device.code, budget?.bytes ?? .max))
    }

    /// Returns freed memory that was kept for reuse: the CPU's to the system, and a device's to other processes.
    public static func trim(on device: Device = .cpu) throws(TorchError) {
        try check(ct_trim_memory(Device.cpu.code))
        try check(ct_trim_memory(device.code))
    }

    /// True if the invariants of the CPU allocator hold.
    static var isConsistent: Bool { ct_host_heap_is_consistent() }
}
