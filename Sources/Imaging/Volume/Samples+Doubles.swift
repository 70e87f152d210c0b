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
