internal import SegNASImaging

extension LabelTable {
    /// Most foreground labels that fit into classes of one byte, beside the background and those to ignore.
    package static let mostForeground = 254

    /// The class of each stored value.
    var classes: [Int: UInt8] {
        var classes = [background: UInt8(0)]
        for (index, label) in foreground.enumerated() { classes[label.value] = UInt8(index + 1) }
        if let ignore { classes[ignore] = Self.ignoredClass }
        return classes
    }

    /// The stored value of each class, in the smallest type that holds them all.
    func storedValues(of classes: Samples) -> Samples {
        let values = Array(self.classes.keys)
        return switch SampleType.smallest(for: values) {
        case .uint8: storedValues(of: classes, as: UInt8.self)
        case .int16: storedValues(of: classes, as: Int16.self)
        case .uint16: storedValues(of: classes, as: UInt16.self)
        case .int32: storedValues(of: classes, as: Int32.self)
        case .uint32: storedValues(of: classes, as: UInt32.self)
        default: storedValues(of: classes, as: Int64.self)
        }
    }

    private func storedValues<Value: Sample & FixedWidthInteger>(
        of classes: Samples, as type: Value.Type
    ) -> Samples {
        var table = [Value](repeating: Value(background), count: 256)
        for (value, index) in self.classes { table[Int(index)] = Value(value) }
        return classes.withValues(as: UInt8.self) { classes in
            Samples(count: classes.count) { values in
                for index in classes.indices { values[index] = table[Int(classes[index])] }
            }
        }
    }
}

extension SampleType {
    fileprivate static func smallest(for values: [Int]) -> SampleType {
        func fit<Value: FixedWidthInteger>(_ type: Value.Type) -> Bool {
            values.allSatisfy { Value(exactly: $0) != nil }
        }
        if fit(UInt8.self) { return .uint8 }
        if fit(Int16.self) { return .int16 }
        if fit(UInt16.self) { return .uint16 }
        if fit(Int32.self) { return .int32 }
        return fit(UInt32.self) ? .uint32 : .int64
    }
}
