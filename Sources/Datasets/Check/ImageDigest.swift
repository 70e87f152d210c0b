internal import SegNASHost
internal import SegNASImaging

/// Tells images apart by their values: XXH3's 128 bits, by which no two different ones will ever agree.
///
/// A copy has the same digest however it is stored: in another type, compressed, or with its axes in another order.
struct ImageDigest: Hashable, Codable, Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// Voxels along right, anterior and superior.
    var size = SIMD3<Int>()
}

/// A channel of a case and what tells it apart.
struct ChannelDigest: Hashable, Codable, Sendable {
    /// As the dataset names it.
    var file: String
    /// In the order of the dataset's channels.
    var channel: Int
    var digest: ImageDigest
}

extension ImageDigest {
    /// Those of the channels of a volume.
    static func all(of volume: Volume) -> [ImageDigest] {
        let canonical = volume.reoriented(to: .ras, threads: 1)
        return switch volume.samples.type {
        case .uint8: all(of: canonical, UInt8.self) { Double($0) }
        case .int8: all(of: canonical, Int8.self) { Double($0) }
        case .uint16: all(of: canonical, UInt16.self) { Double($0) }
        case .int16: all(of: canonical, Int16.self) { Double($0) }
        case .uint32: all(of: canonical, UInt32.self) { Double($0) }
        case .int32: all(of: canonical, Int32.self) { Double($0) }
        case .uint64: all(of: canonical, UInt64.self) { Double($0) }
        case .int64: all(of: canonical, Int64.self) { Double($0) }
        case .float32: all(of: canonical, Float.self) { Double($0) }
        case .float64: all(of: canonical, Double.self) { $0 }
        }
    }

    private static func all<Value: Sample>(
        of volume: Volume, _ type: Value.Type, _ number: (Value) -> Double
    ) -> [ImageDigest] {
        volume.channelBuffers(of: type) { values in
            ImageDigest(values, volume, number)
        }
    }

    private init<Value: Sample>(
        _ values: UnsafeBufferPointer<Value>, _ volume: Volume, _ number: (Value) -> Double
    ) {
        let scaling = volume.scaling
        let stream = DigestStream()
        var piece = [Float](repeating: 0, count: 1 << 14)
        for start in stride(from: 0, to: values.count, by: piece.count) {
            let count = min(piece.count, values.count - start)
            for index in 0..<count {
                // Not −0, which is the same value.
                piece[index] =
                    Float(number(values[start + index]) * scaling.slope + scaling.intercept) + 0
            }
            piece[..<count].withUnsafeBytes { stream.add($0) }
        }
        let (low, high) = stream.halves
        self.init(low: low, high: high, size: volume.geometry.size)
    }
}

extension Volume {
    /// The results of a body for the samples of each channel.
    func channelBuffers<Value: Sample, Result>(
        of type: Value.Type, _ body: (UnsafeBufferPointer<Value>) -> Result
    ) -> [Result] {
        let count = geometry.voxelCount
        return samples.withValues(as: type) { values in
            (0..<channels).map { channel in
                body(UnsafeBufferPointer(rebasing: values[channel * count..<(channel + 1) * count]))
            }
        }
    }
}
