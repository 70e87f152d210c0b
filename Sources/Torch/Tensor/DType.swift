internal import CTorch

/// The type of a tensor's elements.
public enum DType: String, CaseIterable, Sendable {
    case float32, float64, bfloat16, int64, uint8, bool

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32: 4
        case .bfloat16: 2
        case .uint8, .bool: 1
        }
    }

    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float64, .bfloat16: true
        case .int64, .uint8, .bool: false
        }
    }
}

extension DType: CustomStringConvertible {
    public var description: String { rawValue }
}

extension DType {
    init(_ code: ct_dtype) {
        switch code {
        case .CT_FLOAT32: self = .float32
        case .CT_FLOAT64: self = .float64
        case .CT_BFLOAT16: self = .bfloat16
        case .CT_INT64: self = .int64
        case .CT_UINT8: self = .uint8
        case .CT_BOOL: self = .bool
        }
    }

    var code: ct_dtype {
        switch self {
        case .float32: .CT_FLOAT32
        case .float64: .CT_FLOAT64
        case .bfloat16: .CT_BFLOAT16
        case .int64: .CT_INT64
        case .uint8: .CT_UINT8
        case .bool: .CT_BOOL
        }
    }
}

/// A Swift type whose arrays become tensors and come back from them.
///
/// Swift has no bfloat16: cast to `float32` first.
public protocol TensorElement: BitwiseCopyable {
    static var dtype: DType { get }
}

extension Float: TensorElement {
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    public static var dtype: DType { .float64 }
}
extension Int64: TensorElement {
    public static var dtype: DType { .int64 }
}
extension UInt8: TensorElement {
    public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    public static var dtype: DType { .bool }
}

/// The order in which the elements of a `[N, C, D, H, W]` tensor lie in memory.
public enum MemoryFormat: Sendable, CaseIterable {
    /// In the order of the shape: voxels of one channel lie together.
    case contiguous
    /// Channels of one voxel lie together, as vectorized 3D convolutions want.
    case channelsLast

    var code: ct_format {
        switch self {
        case .contiguous: .CT_CONTIGUOUS
        case .channelsLast: .CT_CHANNELS_LAST
        }
    }
}
