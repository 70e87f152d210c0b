internal import Glibc

/// Memory that holds the samples of a volume, and is released with the last of them.
///
/// Filled once by whoever makes it, and only read after that; which is why it may be shared between threads.
package final class SampleBuffer: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let release: () -> Void

    /// New memory, aligned for vectors and not initialised; its size must have been checked against the file.
    ///
    /// Nil if the system has no such memory.
    package convenience init?(byteCount: Int) {
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(byteCount, 1)) == 0, let base else { return nil }
        self.init(UnsafeMutableRawBufferPointer(start: base, count: byteCount)) { free(base) }
    }

    /// Memory of someone else, such as a part of a file that is mapped.
    package init(_ bytes: UnsafeMutableRawBufferPointer, release: @escaping () -> Void) {
        self.bytes = bytes
        self.release = release
    }

    deinit {
        release()
    }
}

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

extension SampleBuffer {
    /// Swaps the byte order of samples of a size in bytes.
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

extension SampleBuffer {
    /// The samples of an array whose axes, in this order, are moved behind all others.
    func movingLast(
        _ axes: [Int], of shape: [Int], sampleSize: Int
    ) throws(ImageFault) -> SampleBuffer {
        let kept = shape.indices.filter { !axes.contains($0) }
        guard kept + axes != Array(shape.indices) else { return self }
        var order = Array(shape.indices)
        var buffer = self
        for axis in axes {
            let place = order.firstIndex(of: axis) ?? 0
            buffer = try buffer.movingLast(
                axis: place, of: order.map { shape[$0] }, sampleSize: sampleSize)
            order.append(order.remove(at: place))
        }
        return buffer
    }

    /// The samples of an array whose axis is moved behind all others.
    private func movingLast(
        axis: Int, of shape: [Int], sampleSize: Int
    ) throws(ImageFault) -> SampleBuffer {
        let inner = shape[..<axis].reduce(1, *)
        let outer = shape[(axis + 1)...].reduce(1, *)
        guard outer > 1 else { return self }
        guard let target = SampleBuffer(byteCount: bytes.count) else {
            throw .outOfMemory(bytes: bytes.count)
        }
        let lengths = (inner, shape[axis], outer)
        switch sampleSize {
        case 1: move(into: target, lengths, as: UInt8.self)
        case 2: move(into: target, lengths, as: UInt16.self)
        case 4: move(into: target, lengths, as: UInt32.self)
        default: move(into: target, lengths, as: UInt64.self)
        }
        return target
    }

    private func move<Word: FixedWidthInteger>(
        into target: SampleBuffer, _ lengths: (inner: Int, components: Int, outer: Int),
        as type: Word.Type
    ) {
        let mixed = bytes.bindMemory(to: Word.self)
        let sorted = target.bytes.bindMemory(to: Word.self)
        let (inner, components, outer) = lengths
        for component in 0..<components {
            for row in 0..<outer {
                let from = (row * components + component) * inner
                let to = (component * outer + row) * inner
                for index in 0..<inner { sorted[to + index] = mixed[from + index] }
            }
        }
    }
}
