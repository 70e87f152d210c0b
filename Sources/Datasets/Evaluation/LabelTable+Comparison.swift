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
        var metrics: [LabelMetrics] = []
        for pair in pairs(prediction, reference) {
            metrics += try LabelComparison(
                reference: pair.reference, prediction: pair.prediction, labels: pair.labels,
                options: options
            ).labels
        }
        return metrics
    }

    /// The lesions of each of the ``structures``, in their order; `smallest` is the volume in mm³ from which on one
    /// counts.
    ///
    /// - Throws: `GridMismatch` where sizes or positions of the voxels differ.
    func lesions(
        _ prediction: LabelMap, with reference: LabelMap, smallest: Double,
        _ options: LabelComparison.Options
    ) throws(GridMismatch) -> [LesionCounts] {
        var counts: [LesionCounts] = []
        for pair in pairs(prediction, reference) {
            counts += try LesionCounts.counts(
                reference: pair.reference, prediction: pair.prediction, labels: pair.labels,
                smallest: smallest, ignoring: options.ignoring, threads: options.threads)
        }
        return counts
    }

    /// Two label maps, and the labels by which they are compared.
    private struct Pair {
        var prediction: LabelMap
        var reference: LabelMap
        var labels: [Int32]
    }

    /// The maps as they are with all labels, or for each region masks of its values: one region in memory at a time.
    private func pairs(_ prediction: LabelMap, _ reference: LabelMap) -> some Sequence<Pair> {
        let whole = Pair(
            prediction: prediction, reference: reference,
            labels: foreground.compactMap { Int32(exactly: $0.value) })
        return (regions?.map(Optional.some) ?? [nil]).lazy.map { region in
            guard let region else { return whole }
            let mask = mask(region)
            return Pair(
                prediction: prediction.mapped(mask), reference: reference.mapped(mask),
                labels: [Int32(clamping: region.value)])
        }
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
