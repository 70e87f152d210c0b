public import SegNASImaging

/// The labels of a dataset: what is stored in its label maps, and the classes that a network tells apart.
///
/// Class 0 is the background. Stored values need not be consecutive; classes are. With ``regions`` a network tells
/// those apart instead, and classes are only what label maps hold.
public struct LabelTable: Hashable, Codable, Sendable {
    /// Foreground labels in the order of their stored values: class k is `foreground[k - 1]`.
    public var foreground: [Label]
    /// The stored value of the background.
    public var background: Int
    /// The stored value of voxels that count neither in the loss nor in a metric; nil if there is none.
    public var ignore: Int?
    /// Structures made of several values, in the order in which they are painted; nil where each label is one value.
    public var regions: [Region]?

    /// A structure to be found.
    public struct Label: Hashable, Sendable, Codable {
        public var name: String
        public var value: Int

        public init(name: String, value: Int) {
            self.name = name
            self.value = value
        }
    }

    public init(
        foreground: [Label], background: Int = 0, ignore: Int? = nil, regions: [Region]? = nil
    ) {
        self.foreground = foreground.sorted { $0.value < $1.value }
        self.background = background
        self.ignore = ignore
        self.regions = regions
    }

    /// Marks, among classes, the voxels to ignore.
    public static let ignoredClass: UInt8 = 255

    /// The values of labels by their names, that of voxels to ignore among them, for files that number structures in a
    /// way of their own, as DICOM segmentations do.
    public var valuesByName: LabelNames {
        let ignored = ignore.map { Label(name: "ignore", value: $0) }
        let all = foreground + [ignored].compactMap(\.self)
        return LabelNames(all.map { .init(name: $0.name, value: $0.value) })
    }

    /// Classes of label maps, with the background.
    public var classCount: Int { foreground.count + 1 }
}

extension LabelTable {
    /// The largest number of foreground labels that fits into a byte, beside the background and the ignored class.
    package static let maxForeground = 254

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

extension LabelTable {
    /// Values that a file names differently from the table.
    func misnamed(_ names: LabelNames?, values: some Sequence<Int>) -> [Misnaming] {
        let present = Set(values)
        return foreground.compactMap { label in
            guard let name = names?.name(of: label.value), present.contains(label.value),
                LabelNames.isMeaningful(label.name), !LabelNames.areSame(name, label.name),
                label.name != LabelNames.name(name, ofOneValue: label.value)
            else { return nil }
            return Misnaming(value: label.value, inFile: name, inDataset: label.name)
        }
    }

    /// A value that a file and the dataset name differently.
    public struct Misnaming: Equatable, Sendable {
        public var value: Int
        public var inFile: String
        public var inDataset: String
    }
}

/// The fault and its remedy.
func words(_ misnamings: [LabelTable.Misnaming]) -> String {
    let shown = misnamings.prefix(4).map {
        "\($0.value) “\($0.inFile)” where the dataset names it “\($0.inDataset)”"
    }
    let rest = misnamings.count - shown.count
    return "names the value " + shown.joined(separator: ", and ")
        + (rest > 0 ? ", and \(rest) more" : "")
        + ": correct the values or the names; for the same structure use the same name"
}
