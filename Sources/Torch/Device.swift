internal import CTorch

/// The device that holds a tensor and computes with it.
public enum Device: Hashable, Sendable {
    case cpu
    case cuda(Int)
    /// Shapes without elements: operations cost next to nothing, and ``TensorMemory`` counts the bytes that they
    /// would need on the CPU, or on a GPU (``TensorMemory/countingMeta(as:_:)``).
    case meta

    init(_ code: ct_device) {
        switch code {
        case -2: self = .meta
        case -1: self = .cpu
        default: self = .cuda(Int(code))
        }
    }

    var code: ct_device {
        switch self {
        case .meta: -2
        case .cpu: -1
        case .cuda(let index): ct_device(index)
        }
    }
}

extension Device: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .meta: "meta"
        case .cuda(let index): "cuda:\(index)"
        }
    }
}

extension Device {
    /// True for a GPU, which computes while the program goes on.
    public var isGPU: Bool {
        if case .cuda = self { true } else { false }
    }

    /// The CUDA devices that libtorch can use; the first call loads its CUDA library.
    ///
    /// It must come before any other work with tensors: libtorch looks for that library once, at its first use.
    ///
    /// - Throws: ``TorchError/operation(_:)`` with the reason if that library is missing or does not load.
    public static func cudaDevices() throws(TorchError) -> [Device] {
        try check(ct_load_cuda())
        return (0..<Int(ct_cuda_device_count())).map { .cuda($0) }
    }

    /// The devices that `text` names: `auto` (all CUDA devices, else the CPU), `cpu`, `cuda:0` or `cuda:0,2`.
    ///
    /// The CPU may be named several times, as `cpu,cpu`: a batch is then divided as among devices, to try that out.
    ///
    /// - Throws: ``DeviceError`` if it names none, or one that this machine does not have.
    public static func parse(_ text: String) throws(DeviceError) -> [Device] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        if names.allSatisfy({ $0 == "cpu" }) { return names.map { _ in .cpu } }
        if text == "auto" {
            let found = (try? cudaDevices()) ?? []
            return found.isEmpty ? [.cpu] : found
        }
        let indices = text.dropFirst("cuda:".count).split(
            separator: ",", omittingEmptySubsequences: false)
        let devices = indices.compactMap { Int($0) }.filter { $0 >= 0 }.map { Device.cuda($0) }
        guard text.hasPrefix("cuda:"), devices.count == indices.count,
            Set(devices).count == devices.count
        else { throw .notADevice(text) }
        let present: [Device]
        do {
            present = try cudaDevices()
        } catch {
            throw .noCUDA(reason: error.description)
        }
        guard let missing = devices.first(where: { !present.contains($0) }) else { return devices }
        throw .absent(
            missing, count: present.count, reason: present.isEmpty ? CUDADriver.obstacle() : nil)
    }

    /// The text that names devices of one kind: `cuda:0,2`.
    public static func text(naming devices: [Device]) -> String {
        let indices = devices.compactMap { device in
            if case .cuda(let index) = device { "\(index)" } else { nil }
        }
        guard indices.isEmpty else { return "cuda:" + indices.joined(separator: ",") }
        return devices.map(\.description).joined(separator: ",")
    }

    /// Seeds the generators that random operations draw from, on the CPU and every CUDA device.
    public static func seed(_ seed: UInt64) throws(TorchError) {
        try check(ct_seed(seed))
    }

    /// The state of this device's generator, `uint8 [bytes]`, for ``restoreGenerator(_:)``.
    public func generatorState() throws(TorchError) -> Tensor {
        try produce { ct_generator_state(code, $0) }
    }

    /// Continues this device's random numbers from a saved state.
    public func restoreGenerator(_ state: Tensor) throws(TorchError) {
        try withExtendedLifetime(state) { () throws(TorchError) in
            try check(ct_set_generator_state(code, state.handle))
        }
    }

    /// Waits until the device has finished all its work, as is needed before reading a clock.
    public func synchronize() throws(TorchError) {
        try check(ct_synchronize(code))
    }
}

/// An error in the choice of a device.
public enum DeviceError: Error, Equatable, Sendable, CustomStringConvertible {
    case notADevice(String)
    case noCUDA(reason: String)
    /// There are fewer devices, and why there are none at all, if that is known.
    case absent(Device, count: Int, reason: String? = nil)

    public var description: String {
        switch self {
        case .notADevice(let text):
            "'\(text)' is no device: use auto, cpu, cuda:0, or several as cuda:0,1"
        case .noCUDA(let reason):
            "no CUDA device can be used (\(reason)); use --device cpu, or see segnas3d doctor"
        case .absent(let device, 0, let reason?):
            "there is no \(device): \(reason); use --device cpu, or see segnas3d doctor"
        case .absent(let device, let count, _):
            "there is no \(device): this machine has \(count) CUDA device(s), counted from 0"
        }
    }
}

/// The numeric type of a network's activations.
///
/// Parameters and their updates are always float32.
public enum Precision: String, CaseIterable, Codable, Sendable {
    /// Chooses bfloat16 on devices that multiply it faster than float32, else float32.
    case auto
    case float32
    case bfloat16

    /// The type of activations on a device.
    public func dtype(on device: Device) -> DType {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: Self.isBFloat16Fast(on: device) ? .bfloat16 : .float32
        }
    }

    /// True if the device has native instructions; without them a CPU converts to float32 and back.
    private static func isBFloat16Fast(on device: Device) -> Bool {
        switch device {
        case .cpu, .meta: !CPU.bfloat16Instructions.isEmpty
        case .cuda(let index):
            (try? GPU.all()).map { $0.indices.contains(index) && $0[index].generation >= 8 }
                ?? false
        }
    }
}
