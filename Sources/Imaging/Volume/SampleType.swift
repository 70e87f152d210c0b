/// How the samples of a file are stored.
public enum SampleType: String, CaseIterable, Sendable, Codable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    /// Bytes of one sample.
    public var size: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    public var isFloatingPoint: Bool { self == .float32 || self == .float64 }
}

/// A Swift type that holds stored samples.
public protocol Sample: BitwiseCopyable, Comparable, Sendable {
    static var sampleType: SampleType { get }

    /// As an integer label or intensity would be computed with.
    var double: Double { get }
}

extension Sample where Self: BinaryInteger {
    public var double: Double { Double(self) }
}

extension Sample where Self: BinaryFloatingPoint {
    public var double: Double { Double(self) }
}

extension UInt8: Sample { public static var sampleType: SampleType { .uint8 } }
extension Int8: Sample { public static var sampleType: SampleType { .int8 } }
extension UInt16: Sample { public static var sampleType: SampleType { .uint16 } }
extension Int16: Sample { public static var sampleType: SampleType { .int16 } }
extension UInt32: Sample { public static var sampleType: SampleType { .uint32 } }
extension Int32: Sample { public static var sampleType: SampleType { .int32 } }
extension UInt64: Sample { public static var sampleType: SampleType { .uint64 } }
extension Int64: Sample { public static var sampleType: SampleType { .int64 } }
extension Float: Sample { public static var sampleType: SampleType { .float32 } }
extension Double: Sample { public static var sampleType: SampleType { .float64 } }
