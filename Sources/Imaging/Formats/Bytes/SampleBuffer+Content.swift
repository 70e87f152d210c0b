extension SampleBuffer {
    /// New memory for the content of a file.
    static func memory(for path: String, byteCount: Int) throws(ImageError) -> SampleBuffer {
        guard let buffer = SampleBuffer(byteCount: byteCount) else {
            throw ImageError(file: path, fault: .outOfMemory(bytes: byteCount))
        }
        return buffer
    }

    /// A part of the memory, which keeps all of it.
    func part(_ range: Range<Int>) -> SampleBuffer {
        SampleBuffer(UnsafeMutableRawBufferPointer(rebasing: bytes[range])) {
            withExtendedLifetime(self) {}
        }
    }

    /// Calls a body with the bytes, and keeps the memory until it has returned.
    package func withBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(bytes))
    }
}
