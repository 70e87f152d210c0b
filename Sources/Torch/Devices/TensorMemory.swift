internal import CTorch
public import SegNASHost

/// Memory of tensors on a device.
///
/// CPU tensors come from an allocator of our own. It counts bytes, refuses what would exceed the budget with
/// ``TorchError/outOfMemory(_:)``, after which the program works on, and keeps freed memory for the next step.
public struct TensorMemory: Equatable, Sendable {
    /// Bytes in use, and the most since ``resetPeak(on:)``.
    public var current: ByteCount
    public var peak: ByteCount
    /// Tensors' blocks in use.
    public var blocks: Int
    /// Bytes held from the system, in use or kept for reuse.
    public var reserved: ByteCount
    /// The budget (CPU), or the device's memory; nil where there is no limit.
    public var limit: ByteCount?

    public static func statistics(on device: Device = .cpu) throws(TorchError) -> TensorMemory {
        var figures = ct_memory_statistics()
        try check(ct_memory_statistics_of(device.code, &figures))
        return TensorMemory(
            current: ByteCount(figures.current), peak: ByteCount(figures.peak),
            blocks: Int(figures.allocations), reserved: ByteCount(figures.reserved),
            limit: figures.limit == .max ? nil : ByteCount(figures.limit))
    }

    /// Lets the peak start again from what is in use now.
    public static func resetPeak(on device: Device = .cpu) throws(TorchError) {
        try check(ct_reset_peak_memory(device.code))
    }

    /// Limits the bytes of all CPU tensors of this process together; nil lifts the limit.
    public static func setBudget(_ budget: ByteCount?) {
        ct_set_memory_budget(budget?.bytes ?? .max)
    }

    /// Gives freed memory that was kept for reuse back to the system.
    public static func trim(on device: Device = .cpu) throws(TorchError) {
        try check(ct_trim_memory(device.code))
    }

    /// Whether the CPU allocator's bookkeeping agrees with itself.
    static var isConsistent: Bool { ct_host_heap_is_consistent() }
}
