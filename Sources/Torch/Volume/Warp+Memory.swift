internal import CTorch

/// Memory of a case: what a warp reads.
package struct WarpSource {
    // [C, D, H, W]
    package var image: UnsafePointer<Float>
    // [D, H, W]
    package var labels: UnsafePointer<UInt8>?
    package var channels: Int
    package var size: Extent

    package init(
        image: UnsafePointer<Float>, labels: UnsafePointer<UInt8>?, channels: Int, size: Extent
    ) {
        self.image = image
        self.labels = labels
        self.channels = channels
        self.size = size
    }
}

/// Memory that a warp writes.
package struct WarpTarget {
    /// `[D, H, W, C]` where channels are last, else `[C, D, H, W]`.
    package var image: UnsafeMutablePointer<Float>
    // [D, H, W]
    package var labels: UnsafeMutablePointer<UInt8>?
    package var channelsLast: Bool

    package init(
        image: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<UInt8>?, channelsLast: Bool
    ) {
        self.image = image
        self.labels = labels
        self.channelsLast = channelsLast
    }
}

/// Which of the processor's instructions a warp uses; values agree up to rounding.
package enum WarpInstructions: CaseIterable, Sendable {
    case best, baseline, avx2

    var code: ct_instructions {
        switch self {
        case .best: .CT_INSTRUCTIONS_BEST
        case .baseline: .CT_INSTRUCTIONS_BASELINE
        case .avx2: .CT_INSTRUCTIONS_AVX2
        }
    }
}

extension Warp {
    /// Moves image and labels in one pass, on any thread: no tensors are involved.
    ///
    /// On at most so many threads, the calling one included; the result does not depend on how many.
    package func apply(
        from source: WarpSource, to target: WarpTarget, threads: Int,
        instructions: WarpInstructions = .best
    ) throws(TorchError) {
        var from = ct_warp_source(
            image: source.image, labels: source.labels, channels: Int64(source.channels),
            size: source.size.code)
        var to = ct_warp_target(
            image: target.image, labels: target.labels, channels_last: target.channelsLast)
        try check(
            withCode { code in
                var warp = code
                return ct_warp_memory(
                    &from, &warp, &to, instructions.code, Int32(clamping: threads))
            })
    }
}
