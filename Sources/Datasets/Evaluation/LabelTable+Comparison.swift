package import SegNASImaging

extension LabelTable {
    /// The metrics of each of the ``structures`` in a predicted label map, in their order.
    ///
    /// Regions are compared one by one, each as a mask of its values.
    ///
    /// - Throws: `GridMismatch` where sizes or positions of the voxels differ.
    package func compare(
        _ prediction: LabelMap, with reference: LabelMap, _ options: LabelComparison.Options
    ) throws(GridMismatch) -> [LabelMetrics] {
        guard let regions else {
            return try LabelComparison(
                reference: reference, prediction: prediction,
                labels: foreground.compactMap { Int32(exactly: $0.value) }, options: options
            ).labels
        }
        var metrics: [LabelMetrics] = []
        for region in regions {
            let (mask, value) = (mask(region), Int32(clamping: region.value))
            metrics += try LabelComparison(
                reference: reference.mapped(mask), prediction: prediction.mapped(mask),
                labels: [value], options: options
            ).labels
        }
        return metrics
    }

    /// The values of a region become the one that it is painted with, all others but the ignored one the background.
    private func mask(_ region: Region) -> (Int32) -> Int32 {
        let inside = Set(region.values.map { Int32(clamping: $0) })
        let value = Int32(clamping: region.value)
        let (outside, ignored) = (Int32(clamping: background), ignore.map { Int32(clamping: $0) })
        return { inside.contains($0) ? value : $0 == ignored ? $0 : outside }
    }
}

extension LabelMap {
    /// The map with other labels, which are found once for each run of equal ones.
    fileprivate func mapped(_ label: (Int32) -> Int32) -> LabelMap {
        var last: (old: Int32, new: Int32)?
        let values = values.map { old in
            if let last, last.old == old { return last.new }
            let new = label(old)
            last = (old, new)
            return new
        }
        return LabelMap(values: values, geometry: geometry)
    }
}
