internal import CTorch

// Reductions run over the given dimensions, or over all of them where none is given.

extension Tensor {
    private func reduced(
        _ reduction: ct_reduction, _ dimensions: [Int], _ keepDimensions: Bool
    ) throws(TorchError) -> Tensor {
        try map { tensor, out in
            withShape(dimensions) { ct_reduce(reduction, tensor, $0, keepDimensions, out) }
        }
    }

    public func sum(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_SUM, dimensions, keepDimensions)
    }

    public func mean(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_MEAN, dimensions, keepDimensions)
    }

    /// The unbiased variance: the sum of squared deviations over the count less one.
    public func variance(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_VARIANCE, dimensions, keepDimensions)
    }

    public func max(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_LARGEST, dimensions, keepDimensions)
    }

    public func min(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_SMALLEST, dimensions, keepDimensions)
    }

    public func any(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_ANY, dimensions, keepDimensions)
    }

    public func all(
        over dimensions: [Int] = [], keepDimensions: Bool = false
    ) throws(TorchError) -> Tensor {
        try reduced(.CT_ALL, dimensions, keepDimensions)
    }

    /// How often classes meet: the elements of class i here and j in another tensor of the same shape.
    ///
    /// Both are of type uint8; elements that are no class in either are left out.
    ///
    /// - Returns: Counts `[classes, classes]` of type int64, on the device of both.
    public func pairCounts(with other: Tensor, classes: Int) throws(TorchError) -> Tensor {
        try withExtendedLifetime((self, other)) { () throws(TorchError) in
            try produce { ct_count_pairs(handle, other.handle, Int64(classes), $0) }
        }
    }

    /// Index (`int64`) of the largest element along a dimension.
    public func argmax(
        along dimension: Int, keepDimension: Bool = false
    ) throws(TorchError) -> Tensor {
        try map { ct_argmax($0, Int64(dimension), keepDimension, $1) }
    }

    public func softmax(along dimension: Int) throws(TorchError) -> Tensor {
        try map { ct_softmax($0, Int64(dimension), $1) }
    }

    /// The logarithm of ``softmax(along:)``, without its loss of precision.
    public func logSoftmax(along dimension: Int) throws(TorchError) -> Tensor {
        try map { ct_log_softmax($0, Int64(dimension), $1) }
    }
}

// MARK: - By index

extension Tensor {
    /// Elements picked along a dimension by an `int64` index.
    ///
    /// For dimension 1, `out[n][k] = self[n][index[n][k]]`.
    public func gathered(
        _ index: Tensor, along dimension: Int
    ) throws(TorchError) -> Tensor {
        try map(with: index) { ct_gather($0, Int64(dimension), $1[0], $2) }
    }

    /// Labels `[N, …]` as indicators `[N, classes, …]`.
    ///
    /// - Throws: ``TorchError/operation(_:)`` naming a label outside `0 ..< classes`.
    public func oneHot(
        classes: Int, dtype: DType = .float32
    ) throws(TorchError) -> Tensor {
        try map { ct_one_hot($0, Int64(classes), dtype.code, $1) }
    }
}
