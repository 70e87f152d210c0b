/// The type in which a network's activations are computed.
///
/// Parameters and their updates are always float32.
public enum Precision: String, CaseIterable, Codable, Sendable {
    /// bfloat16 on devices that multiply it faster than float32, else float32.
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

    /// Without native instructions a CPU computes it in float32, with conversions before and after.
    private static func isBFloat16Fast(on device: Device) -> Bool {
        switch device {
        case .cpu, .meta: !CPU.bfloat16Instructions.isEmpty
        case .cuda(let index):
            (try? GPU.all()).map { $0.indices.contains(index) && $0[index].generation >= 8 }
                ?? false
        }
    }
}
