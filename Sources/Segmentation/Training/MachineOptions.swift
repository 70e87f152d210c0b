public import SegNASHost

/// What of the machine a training may use: nothing that changes the result, but for the kind of the device.
public struct MachineOptions: Hashable, Codable, Sendable {
    /// `auto`, `cpu`, `cuda:0` or several GPUs as `cuda:0,1`.
    public var device = "auto"
    /// Of the CPU; nil for as many as OMP_NUM_THREADS says, else one for each core that this process may use.
    public var threads: Int?
    /// Of tensors, in a search of those of each trial; nil for 90 % of what is available.
    public var memoryLimit: ByteCount?
    /// The folder of prepared cases; nil for the standard one.
    public var cache: String?

    public init(
        device: String = "auto", threads: Int? = nil, memoryLimit: ByteCount? = nil,
        cache: String? = nil
    ) {
        self.device = device
        self.threads = threads
        self.memoryLimit = memoryLimit
        self.cache = cache
    }
}
