public import Torch

extension NetworkPlan {
    /// A size rounded up, axis by axis, to a multiple of 2 to the power of the poolings.
    public func padded(_ size: Extent) -> Extent {
        let unit = 1 << poolings
        let axes = size.axes.map { ($0 + unit - 1) / unit * unit }
        return Extent(axes[0], axes[1], axes[2])
    }

    /// The volume at a level of a network that is given images of a size.
    public func size(atLevel level: Int, of size: Extent) -> Extent {
        let axes = padded(size).axes.map { $0 >> level }
        return Extent(axes[0], axes[1], axes[2])
    }

    /// Products of one image's forward pass; the largest number where there are more.
    public func multiplyAdds(size: Extent) -> Int {
        let all = layers.reduce(0 as UInt128) { sum, layer in
            sum + UInt128(layer.multiplyAdds { self.size(atLevel: $0, of: size).volume })
        }
        return Int(clamping: all)
    }

    /// Fewer values of a channel than this say nothing of its mean and variance.
    public static let fewestValues = 8

    /// Refuses sizes whose lowest level has too few values for batch normalization.
    ///
    /// - Throws: ``NetworkError/tooFewValues(level:size:batch:)``
    public func check(size: Extent, batch: Int) throws(NetworkError) {
        let lowest = self.size(atLevel: poolings, of: size)
        guard lowest.volume * batch >= Self.fewestValues else {
            throw .tooFewValues(level: poolings, size: lowest, batch: batch)
        }
    }
}
