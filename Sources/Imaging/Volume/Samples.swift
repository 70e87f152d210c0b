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
