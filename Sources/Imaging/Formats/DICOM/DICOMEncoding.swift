/// The encoding of the pixels of a slice, whose values are slope · stored + intercept, PS3.3 C.11.1.
///
/// MONOCHROME1 and presentation tables only say which of them a viewer shows bright.
struct DICOMEncoding: Hashable {
    /// Bits from one pixel to the next: 8, 16 or 32.
    var bitsAllocated: Int
    /// Bits that hold the value, from the lowest on; older devices keep overlays in the others.
    var bitsStored: Int
    var isSigned: Bool
    var slope = 1.0
    var intercept = 0.0
    /// True if the file says how values are scaled.
    var isScaled = false

    /// All numbers that can be stored.
    var stored: ClosedRange<Int> {
        isSigned ? -1 << (bitsStored - 1)...(1 << (bitsStored - 1)) - 1 : 0...(1 << bitsStored) - 1
    }

    /// The type of the stored bits.
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

    /// True if all values are whole numbers, computed exactly as such.
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

    /// Reads slope and intercept, which must both be there: tools differ if one is missing.
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
        let minimum = map(\.values.lowerBound).min() ?? 0
        let maximum = map(\.values.upperBound).max() ?? 0
        let types: [(SampleType, ClosedRange<Double>)] = [
            (.uint8, 0...0xFF), (.int8, -0x80...0x7F), (.uint16, 0...0xFFFF),
            (.int16, -0x8000...0x7FFF), (.uint32, 0...0xFFFF_FFFF),
            (.int32, -0x8000_0000...0x7FFF_FFFF),
        ]
        return types.first { $0.1.contains(minimum) && $0.1.contains(maximum) }?.0 ?? .int64
    }
}

extension DICOMEncoding {
    /// Computes values of a type that holds them all from pixels as they are stored, little-endian.
    ///
    /// Returns whether bits that hold no value are set: neither all 0 nor copies of the sign.
    func decode(
        _ stored: UnsafeRawBufferPointer, into values: UnsafeMutableRawBufferPointer,
        as type: SampleType
    ) -> Bool {
        switch bitsAllocated {
        case 8: decode(stored.bindMemory(to: UInt8.self), values, type)
        case 16: decode(stored.bindMemory(to: UInt16.self), values, type)
        default: decode(stored.bindMemory(to: UInt32.self), values, type)
        }
    }

    private func decode(
        _ stored: UnsafeBufferPointer<some FixedWidthInteger & UnsignedInteger>,
        _ values: UnsafeMutableRawBufferPointer, _ type: SampleType
    ) -> Bool {
        switch type {
        case .uint8: whole(stored, values.bindMemory(to: UInt8.self))
        case .int8: whole(stored, values.bindMemory(to: Int8.self))
        case .uint16: whole(stored, values.bindMemory(to: UInt16.self))
        case .int16: whole(stored, values.bindMemory(to: Int16.self))
        case .uint32: whole(stored, values.bindMemory(to: UInt32.self))
        case .int32: whole(stored, values.bindMemory(to: Int32.self))
        case .uint64, .int64: whole(stored, values.bindMemory(to: Int64.self))
        case .float32, .float64: real(stored, values.bindMemory(to: Double.self))
        }
    }

    private func whole<Word: FixedWidthInteger & UnsignedInteger, Value: FixedWidthInteger>(
        _ stored: UnsafeBufferPointer<Word>, _ values: UnsafeMutableBufferPointer<Value>
    ) -> Bool {
        let (slope, intercept) = (Int(slope), Int(intercept))
        return forEach(stored) { index, number in
            values[index] = Value(truncatingIfNeeded: number * slope + intercept)
        }
    }

    private func real<Word: FixedWidthInteger & UnsignedInteger>(
        _ stored: UnsafeBufferPointer<Word>, _ values: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        forEach(stored) { index, number in values[index] = Double(number) * slope + intercept }
    }

    @inline(__always)
    private func forEach<Word: FixedWidthInteger & UnsignedInteger>(
        _ stored: UnsafeBufferPointer<Word>, _ body: (Int, Int) -> Void
    ) -> Bool {
        let shift = Int.bitWidth - bitsStored
        let mask = Word.max >> Word(bitsAllocated - bitsStored)
        var others: Word = 0
        for index in stored.indices {
            let word = Word(littleEndian: stored[index])
            let shifted = UInt(word) &<< UInt(shift)
            let number =
                isSigned ? Int(bitPattern: shifted) &>> shift : Int(shifted &>> UInt(shift))
            let isCopied = isSigned && word == Word(truncatingIfNeeded: number)
            others |= isCopied ? 0 : word & ~mask
            body(index, number)
        }
        return others != 0
    }
}
