/// What is done to an image's values before they are resampled: clipped, shifted and scaled.
package struct IntensityMap: Hashable, Sendable {
    /// Values outside are clipped; nil leaves all as they are.
    package var range: ClosedRange<Double>?
    /// Becomes 0.
    package var offset: Double
    /// By which the rest is multiplied.
    package var gain: Double
    /// Whether values of exactly 0 stay 0, as background does.
    package var keepsZero: Bool

    package init(
        range: ClosedRange<Double>? = nil, offset: Double = 0, gain: Double = 1,
        keepsZero: Bool = false
    ) {
        self.range = range
        self.offset = offset
        self.gain = gain
        self.keepsZero = keepsZero
    }

    package static let identity = IntensityMap()
}
