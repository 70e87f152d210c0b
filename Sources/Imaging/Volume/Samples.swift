/// The values of a volume as its file stores them: native byte order, the first axis fastest.
public struct Samples: Sendable {
    public let type: SampleType
    public let count: Int
    private let buffer: SampleBuffer

    /// Samples that lie in memory, aligned for their type.
    package init(_ buffer: SampleBuffer, type: SampleType) {
        precondition(buffer.bytes.count % type.size == 0, "a part of a sample")
        precondition(
            Int(bitPattern: buffer.bytes.baseAddress) % type.size == 0, "samples must be aligned")
        self.buffer = buffer
        self.type = type
        self.count = buffer.bytes.count / type.size
    }

    /// A copy of values.
    public init<Value: Sample>(_ values: [Value]) {
        self.init(count: values.count) { (samples: UnsafeMutableBufferPointer<Value>) in
            _ = samples.update(fromContentsOf: values)
        }
    }

    /// Samples that a body writes; they are zero before.
    public init<Value: Sample>(
        count: Int, initializingWith body: (UnsafeMutableBufferPointer<Value>) throws -> Void
    ) rethrows {
        guard let buffer = SampleBuffer(byteCount: count * MemoryLayout<Value>.size) else {
            fatalError("no memory for \(count) samples of type \(Value.sampleType)")
        }
        buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        try body(buffer.bytes.assumingMemoryBound(to: Value.self))
        self.init(buffer, type: Value.sampleType)
    }

    /// Samples of a type whose bytes a body writes; they are zero before.
    package init(
        type: SampleType, count: Int,
        writingBytes body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        guard let buffer = SampleBuffer(byteCount: count * type.size) else {
            fatalError("no memory for \(count) samples of type \(type)")
        }
        buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        try body(buffer.bytes)
        self.init(buffer, type: type)
    }

    /// Calls a body with the bytes, which are valid in it only.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try withExtendedLifetime(buffer) { try body(UnsafeRawBufferPointer(buffer.bytes)) }
    }

    /// Calls a body with the values, which are valid in it only; they must be stored as that type.
    package func withValues<Value: Sample, Result>(
        as type: Value.Type, _ body: (UnsafeBufferPointer<Value>) throws -> Result
    ) rethrows -> Result {
        precondition(Value.sampleType == self.type, "stored as \(self.type)")
        return try withBytes { try body($0.assumingMemoryBound(to: Value.self)) }
    }

    /// Runs a visitor on the values as the type that they are stored in.
    package func accept<Visitor: SampleVisitor>(_ visitor: Visitor) throws -> Visitor.Result {
        switch type {
        case .uint8: try withValues(as: UInt8.self, visitor.visit)
        case .int8: try withValues(as: Int8.self, visitor.visit)
        case .uint16: try withValues(as: UInt16.self, visitor.visit)
        case .int16: try withValues(as: Int16.self, visitor.visit)
        case .uint32: try withValues(as: UInt32.self, visitor.visit)
        case .int32: try withValues(as: Int32.self, visitor.visit)
        case .uint64: try withValues(as: UInt64.self, visitor.visit)
        case .int64: try withValues(as: Int64.self, visitor.visit)
        case .float32: try withValues(as: Float.self, visitor.visit)
        case .float64: try withValues(as: Double.self, visitor.visit)
        }
    }
}

/// An algorithm for samples of any type, compiled for each.
package protocol SampleVisitor {
    associatedtype Result

    func visit<Value: Sample>(_ values: UnsafeBufferPointer<Value>) throws -> Result
}

extension Samples {
    /// Writes samples of any type as doubles, so that what is done to them need not be compiled for each type.
    package func copyDoubles(_ range: Range<Int>, to target: UnsafeMutablePointer<Double>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "beyond the samples")
        switch type {
        case .uint8: copy(range, as: UInt8.self, to: target)
        case .int8: copy(range, as: Int8.self, to: target)
        case .uint16: copy(range, as: UInt16.self, to: target)
        case .int16: copy(range, as: Int16.self, to: target)
        case .uint32: copy(range, as: UInt32.self, to: target)
        case .int32: copy(range, as: Int32.self, to: target)
        case .uint64: copy(range, as: UInt64.self, to: target)
        case .int64: copy(range, as: Int64.self, to: target)
        case .float32: copy(range, as: Float.self, to: target)
        case .float64: copy(range, as: Double.self, to: target)
        }
    }

    private func copy<Value: Sample & BinaryInteger>(
        _ range: Range<Int>, as type: Value.Type, to target: UnsafeMutablePointer<Double>
    ) {
        withValues(as: type) { values in
            for index in range { target[index - range.lowerBound] = Double(values[index]) }
        }
    }

    private func copy<Value: Sample & BinaryFloatingPoint>(
        _ range: Range<Int>, as type: Value.Type, to target: UnsafeMutablePointer<Double>
    ) {
        withValues(as: type) { values in
            for index in range { target[index - range.lowerBound] = Double(values[index]) }
        }
    }
}

/// The storage type of samples.
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

    /// The value for computations.
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
