extension SampleBuffer {
    /// Turns the byte order of samples of so many bytes.
    func swapBytes(sampleSize: Int) {
        switch sampleSize {
        case 2: swap(as: UInt16.self)
        case 4: swap(as: UInt32.self)
        case 8: swap(as: UInt64.self)
        default: break
        }
    }

    private func swap<Word: FixedWidthInteger>(as type: Word.Type) {
        let words = bytes.bindMemory(to: Word.self)
        for index in words.indices { words[index] = words[index].byteSwapped }
    }
}
