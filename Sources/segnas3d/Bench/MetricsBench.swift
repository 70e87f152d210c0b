internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASImaging

/// Seconds to compare two label maps in memory, and the metrics.
struct MetricsBench {
    let json: Bool
    let threads: Int
    /// Paths of a reference and a prediction; if nil, both are generated.
    let files: (reference: String, prediction: String)?
    /// Number of labels, including the background.
    let classes: Int

    func run() throws {
        let (reference, prediction) = try labelMaps()
        let labels = (1..<Int32(classes)).map { $0 }
        var options = LabelComparison.Options()
        options.threads = threads
        // Distances are most of the work and serve all metrics but Dice: each alone takes as long as all.
        for metric in [Metric.dice, .all] {
            options.measuresSurfaces = metric == .all
            var comparison: LabelComparison?
            let seconds = try shortestSeconds(repetitions: 7) {
                comparison = try LabelComparison(
                    reference: reference, prediction: prediction, labels: labels, options: options)
            }
            guard let comparison else { return }
            try show(metric, comparison.labels, seconds, reference.geometry.size)
        }
    }

    private enum Metric: String, CaseIterable {
        case dice = "Dice"
        case hausdorff95 = "HD95"
        case average = "ASSD"
        case surfaceDice = "NSD"
        case all

        func value(of label: LabelMetrics) -> Double? {
            switch self {
            case .dice: label.dice
            case .hausdorff95: label.distances?.hausdorffPercentile
            case .average: label.distances?.average
            case .surfaceDice: label.surfaceDice
            case .all: nil
            }
        }
    }

    private func show(
        _ metric: Metric, _ labels: [LabelMetrics], _ seconds: Double, _ size: SIMD3<Int>
    ) throws {
        let shown = metric == .dice ? [.dice] : Metric.allCases.filter { $0 != .dice }
        for metric in shown {
            try Measurement(
                workload: "metrics", metric: metric.rawValue, shape: [size.x, size.y, size.z],
                seconds: seconds,
                values: metric == .all ? nil : labels.map { metric.value(of: $0) }
            ).show(json: json)
        }
    }

    private func labelMaps() throws -> (LabelMap, LabelMap) {
        guard let files else {
            return (NestedEllipsoids.labelMap(shift: 0), NestedEllipsoids.labelMap(shift: 2))
        }
        return (
            try LabelMap(contentsOf: files.reference), try LabelMap(contentsOf: files.prediction)
        )
    }
}

/// Twenty nested classes in a cube of 128³ voxels, like the shells of an onion.
private enum NestedEllipsoids {
    /// The label map, with all shells moved along x by `shift` voxels.
    static func labelMap(shift: Int) -> LabelMap {
        let size = 128
        var values: [Int32] = []
        for index in 0..<size * size * size {
            let (x, y, z) = (index % size - shift, index / size % size, index / size / size)
            let place = (SIMD3(Double(x), Double(y), Double(z)) - 64) / SIMD3(60, 55, 50)
            let radius = (place * place).sum().squareRoot()
            values.append(radius < 1 ? 19 - Int32(radius * 19) : 0)
        }
        return LabelMap(
            values: values,
            geometry: Geometry(size: SIMD3(repeating: size), affine: .identity))
    }
}
