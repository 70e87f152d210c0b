internal import CTorch

// Views share memory with their tensor. Negative dimensions count from the end.

extension Tensor {
    /// The same elements in another shape; one extent may be −1.
    ///
    /// Copies only where no view can do it.
    public func reshaped(to shape: [Int]) throws(TorchError) -> Tensor {
        try map { tensor, out in withShape(shape) { ct_reshape(tensor, $0, out) } }
    }

    /// Dimensions in another order: `[N, D, H, W, C]` from `[N, C, D, H, W]` by `[0, 2, 3, 4, 1]`.
    public func permuted(_ dimensions: [Int]) throws(TorchError) -> Tensor {
        try map { tensor, out in withShape(dimensions) { ct_permute(tensor, $0, out) } }
    }

    /// Every `step`-th element of a range along one dimension.
    ///
    /// - Throws: ``TorchError/operation(_:)`` if the range leaves the tensor.
    public func sliced(
        _ range: Range<Int>, along dimension: Int, step: Int = 1
    ) throws(TorchError) -> Tensor {
        let extents = shape
        let axis = dimension < 0 ? dimension + extents.count : dimension
        guard extents.indices.contains(axis), 0 <= range.lowerBound,
            range.upperBound <= extents[axis]
        else {
            throw .operation("slice: \(range) along dimension \(dimension) leaves shape \(extents)")
        }
        return try map {
            ct_slice(
                $0, Int64(axis), Int64(range.lowerBound), Int64(range.upperBound), Int64(step), $1)
        }
    }

    /// One index along a dimension, which disappears.
    public func selected(_ index: Int, along dimension: Int) throws(TorchError) -> Tensor {
        try map { ct_select($0, Int64(dimension), Int64(index), $1) }
    }

    /// A new dimension of extent 1.
    public func unsqueezed(at dimension: Int) throws(TorchError) -> Tensor {
        try map { ct_unsqueeze($0, Int64(dimension), $1) }
    }

    /// The tensor without a dimension of extent 1; unchanged if the extent is another.
    public func squeezed(at dimension: Int) throws(TorchError) -> Tensor {
        try map { ct_squeeze($0, Int64(dimension), $1) }
    }

    /// Extents of 1 repeated to fill a shape, without a copy.
    public func expanded(to shape: [Int]) throws(TorchError) -> Tensor {
        try map { tensor, out in withShape(shape) { ct_expand(tensor, $0, out) } }
    }

    /// Tensors joined along an existing dimension.
    public static func concatenated(
        _ tensors: [Tensor], along dimension: Int
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime(tensors) { () throws(TorchError) in
            try produce { ct_cat(tensors.map(\.handle), tensors.count, Int64(dimension), $0) }
        }
    }

    /// Tensors joined along a new dimension.
    public static func stacked(
        _ tensors: [Tensor], along dimension: Int = 0
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime(tensors) { () throws(TorchError) in
            try produce { ct_stack(tensors.map(\.handle), tensors.count, Int64(dimension), $0) }
        }
    }

    /// The tensor padded with a value: `(before, after)` for each of the last dimensions, in the shape's order.
    ///
    /// Negative amounts crop.
    public func padded(
        _ amounts: [(before: Int, after: Int)], with value: Double = 0
    ) throws(TorchError) -> Tensor {
        let fromLast = amounts.reversed().flatMap { [$0.before, $0.after] }
        return try map { tensor, out in withShape(fromLast) { ct_pad(tensor, $0, value, out) } }
    }
}
