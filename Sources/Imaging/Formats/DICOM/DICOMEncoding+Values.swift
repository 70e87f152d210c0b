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
