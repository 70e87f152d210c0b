public import SegNASDatasets
public import SegNASSearch
public import SegNASSegmentation

extension PlannedNetwork {
    /// The network for images as they are prepared; without a fixed spacing all axes count alike.
    public func architecture(for images: PreparationOptions) -> Architecture {
        let spacing =
            if case .fixed(let mm) = images.spacing { mm } else { SIMD3(repeating: 1.0) }
        return architecture(for: PlannedPatch(given: images.size, spacing: spacing))
    }
}
