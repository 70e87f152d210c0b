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
