/// How the pixels of a slice are stored, and what their values mean: slope · stored + intercept, PS3.3 C.11.1.
///
/// Which of them a viewer shows bright, as MONOCHROME1 and presentation tables tell, has no part in their values.
struct DICOMEncoding: Hashable {
    /// Bits from one pixel to the next: 8, 16 or 32.
    var bitsAllocated: Int
    /// Those that hold the value, from the lowest on; older devices keep overlays in the others.
    var bitsStored: Int
    var isSigned: Bool
    var slope = 1.0
    var intercept = 0.0
    /// Whether the file says how values are scaled.
    var isScaled = false

    /// All numbers that can be stored.
    var stored: ClosedRange<Int> {
        isSigned ? -1 << (bitsStored - 1)...(1 << (bitsStored - 1)) - 1 : 0...(1 << bitsStored) - 1
    }

    /// The type of so many bits.
    var storedType: SampleType {
        switch bitsAllocated {
        case 8: isSigned ? .int8 : .uint8
        case 16: isSigned ? .int16 : .uint16
        default: isSigned ? .int32 : .uint32
        }
    }

    /// All that the numbers can mean.
    var values: ClosedRange<Double> {
        let ends = [stored.lowerBound, stored.upperBound].map { Double($0) * slope + intercept }
        return min(ends[0], ends[1])...max(ends[0], ends[1])
    }

    /// Whether all values are whole numbers, computed exactly as such.
    fileprivate var isWhole: Bool {
        let isExact = abs(values.lowerBound) < 0x1p53 && abs(values.upperBound) < 0x1p53
        return slope == slope.rounded() && intercept == intercept.rounded() && isExact
    }
}

extension DICOMEncoding {
    init(_ elements: DICOMElements) throws(ImageFault) {
        bitsAllocated = try elements.required(elements.short(.bitsAllocated), .bitsAllocated)
        guard [8, 16, 32].contains(bitsAllocated) else {
            throw .dicom(.value(DICOMTag.bitsAllocated.description))
        }
        bitsStored = try elements.short(.bitsStored) ?? bitsAllocated
        guard 1...bitsAllocated ~= bitsStored else {
            throw .dicom(.value(DICOMTag.bitsStored.description))
        }
        guard try elements.short(.highBit) ?? (bitsStored - 1) == bitsStored - 1 else {
            throw .dicom(.value(DICOMTag.highBit.description))
        }
        let representation = try elements.required(
            elements.short(.representation), .representation)
        guard 0...1 ~= representation else {
            throw .dicom(.value(DICOMTag.representation.description))
        }
        isSigned = representation == 1
        try readScaling(elements)
    }

    /// One of the two numbers does not do: tools take the other for granted, or neither.
    private mutating func readScaling(_ elements: DICOMElements) throws(ImageFault) {
        let (slope, intercept) = (
            try elements.decimal(.slope), try elements.decimal(.intercept)
        )
        guard slope != nil || intercept != nil else { return }
        self.slope = try elements.required(slope, .slope)
        self.intercept = try elements.required(intercept, .intercept)
        isScaled = true
        guard slope != 0 else { throw .dicom(.value(DICOMTag.slope.description)) }
    }
}

extension Collection<DICOMEncoding> {
    /// The smallest type that holds the values of all; float64 where they are not whole numbers.
    var sampleType: SampleType {
        guard allSatisfy(\.isWhole) else { return .float64 }
        let least = map(\.values.lowerBound).min() ?? 0
        let most = map(\.values.upperBound).max() ?? 0
        let types: [(SampleType, ClosedRange<Double>)] = [
            (.uint8, 0...0xFF), (.int8, -0x80...0x7F), (.uint16, 0...0xFFFF),
            (.int16, -0x8000...0x7FFF), (.uint32, 0...0xFFFF_FFFF),
            (.int32, -0x8000_0000...0x7FFF_FFFF),
        ]
        return types.first { $0.1.contains(least) && $0.1.contains(most) }?.0 ?? .int64
    }
}
