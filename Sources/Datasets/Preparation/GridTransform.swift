public import SegNASHost
public import SegNASImaging

/// The transform between the grid of an image's file and the grid that a network sees.
public struct GridTransform: Hashable, Codable, Sendable {
    /// The grid of the image's file.
    public var original: Geometry
    /// The reorientation that brought its axes to the order of the prepared grid.
    public var reorientation: Reorientation
    /// The map from prepared voxels to the reoriented image, or to the part of it that is prepared.
    public var map: GridMap
    /// The part of the reoriented image that is prepared; nil for all of it.
    package var box: ContentBox?

    /// The geometry of the prepared grid.
    public var prepared: Geometry {
        let image = reorientation(original)
        return map(box.map(image.cropped) ?? image)
    }
}

extension GridTransform {
    /// A prediction on the prepared grid, taken back to the grid and the orientation of the image's file.
    ///
    /// Classes are uint8 [z, y, x]; the result holds the values that the table has for them, in the smallest integer
    /// type that holds all of the table's.
    public func restore(
        classes: Samples, labels: LabelTable, interpolation: LabelInterpolation = .perLabelLinear,
        threads: Int = HostResources.current().cores
    ) -> Volume {
        let size = map.size
        let volume = Volume(
            shape: [size.x, size.y, size.z], affine: prepared.affine, samples: classes)
        // The prepared grid holds the whole image, but for a part of a voxel where spacings were rounded.
        let onImage = volume.resampledLabels(by: map.inverse, interpolation, threads: threads)
        return Volume(
            labels.storedValues(of: onFile(onImage.samples, threads: threads)), geometry: original)
    }

    /// The classes of a label map on the grid of the image's file, brought to the prepared grid: `[z, y, x]`.
    ///
    /// Nil if it lies on another grid, or holds a value that is no label.
    package func classes(of map: LabelMap, labels: LabelTable, threads: Int) -> [UInt8]? {
        guard map.geometry.size == original.size,
            let classes = try? ClassMapper(labels).classes(
                of: Volume(Samples(map.values), geometry: original))
        else { return nil }
        let image = Volume(classes, geometry: original)
            .reoriented(by: reorientation, threads: threads)
        return LabelResampler(self.map, .nearest, border: .zero, threads: threads)
            .resample(image.channel(0, in: box).samples).withValues(as: UInt8.self) { Array($0) }
    }

    /// Classes of the part that is prepared, uint8 [z, y, x], in the array of the file; background elsewhere.
    func onFile(_ classes: Samples, threads: Int) -> Samples {
        let image = reorientation(original)
        let whole = box.map { classes.placed(in: image.size, at: $0, elsewhere: 0 as UInt8) }
        return Volume(whole ?? classes, geometry: image)
            .reoriented(by: reorientation.inverse, threads: threads).samples
    }
}

extension PreparationOptions {
    /// The one size of all prepared grids; nil if each image keeps its own.
    var gridSize: SIMD3<Int>? { fit == .patch ? nil : size }

    /// The options that prepared images depend on: patches are cut from them later.
    var withoutPatch: PreparationOptions {
        var options = self
        if fit == .patch { options.size = SIMD3(repeating: 1) }
        return options
    }

    /// The map from prepared voxels to an image of the prepared orientation; nil if `pad` has no room for it.
    ///
    /// The steps (resample to the spacing, pad, resize) are composed to one map, so that images are interpolated once.
    func map(of image: Geometry) -> GridMap? {
        switch fit {
        case .resize: resizingMap(of: image)
        case .pad: paddingMap(of: image)
        case .patch: wholeMap(of: image)
        }
    }

    /// The image at the prepared spacing; at least two voxels along each axis, between which patches can be sampled.
    private func wholeMap(of image: Geometry) -> GridMap {
        let (size, scale) = (paddedSize(of: image), voxelScale(of: image))
        return GridMap { axis in
            AxisMap(from: image.size[axis], to: max(2, size[axis]), scale: scale[axis])
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
        let maximum = shrinking.max() ?? 1
        return GridMap { axis in
            let factor = keepsProportions ? maximum : shrinking[axis]
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
