internal import SegNASImaging

extension PreparationOptions {
    /// Where the prepared voxels lie in an image of the prepared orientation; nil where `pad` has no room for it.
    ///
    /// The steps (resample to the spacing, pad, resize) are composed to one map, so that images are interpolated once.
    func map(of image: Geometry) -> GridMap? {
        switch fit {
        case .resize: resizingMap(of: image)
        case .pad: paddingMap(of: image)
        }
    }

    /// Voxels along each axis that an image has at the prepared spacing.
    func paddedSize(of image: Geometry) -> SIMD3<Int> {
        let scale = voxelScale(of: image)
        var size = SIMD3<Int>.one
        for axis in 0..<3 {
            size[axis] = max(1, Int((Double(image.size[axis]) / scale[axis]).rounded()))
        }
        return size
    }

    private func paddingMap(of image: Geometry) -> GridMap? {
        let inner = paddedSize(of: image)
        guard all(inner .<= size) else { return nil }
        let scale = voxelScale(of: image)
        return GridMap { axis in
            // Whole voxels, so that at an unchanged spacing voxels fall on voxels.
            let before = (size[axis] - inner[axis]) / 2
            var map = AxisMap(from: image.size[axis], to: inner[axis], scale: scale[axis])
            map.count = size[axis]
            map.shift -= Double(before) * scale[axis]
            return map
        }
    }

    private func resizingMap(of image: Geometry) -> GridMap {
        let scale = voxelScale(of: image)
        let voxels = (0..<3).map { Double(image.size[$0]) / scale[$0] }
        // By how much the resampled image is shrunk.
        let shrinking = (0..<3).map { voxels[$0] / Double(size[$0]) }
        let most = shrinking.max() ?? 1
        return GridMap { axis in
            let factor = keepsProportions ? most : shrinking[axis]
            // Padding is by whole voxels of the resampled image, as if it were done in steps.
            let padding = (factor * Double(size[axis]) - voxels[axis]) / 2
            let before = max(0, (padding + 1e-6).rounded(.down))
            return AxisMap(
                sourceCount: image.size[axis], count: size[axis], scale: factor * scale[axis],
                shift: (factor / 2 - before) * scale[axis] - 0.5)
        }
    }

    /// The length of a voxel of the prepared spacing in voxels of the image.
    private func voxelScale(of image: Geometry) -> SIMD3<Double> {
        switch spacing {
        case .stored: .one
        case .isotropic: SIMD3(repeating: image.spacing.min()) / image.spacing
        case .fixed(let spacing): spacing / image.spacing
        }
    }
}
