internal import SegNASImaging

extension Fingerprint {
    /// Sums up the cases that could be read; nil where there is none.
    init?(_ examinations: [CaseExamination], of dataset: Dataset) {
        let read = examinations.filter { $0.grid != nil && $0.labelCounts != nil }
        let grids = read.compactMap(\.grid)
        guard !grids.isEmpty else { return nil }
        cases = grids.count
        size = Range(grids.map { SIMD3<Double>($0.bodySize) })
        spacing = Range(grids.map(\.bodySpacing))
        self.grids = read.compactMap(Grid.init)
        orientations = Dictionary(
            grids.map { (Orientation($0.affine).description, 1) }, uniquingKeysWith: +)
        channels = dataset.channels.enumerated().compactMap { index, name in
            Channel(
                name: name,
                values: read.flatMap {
                    $0.foreground.indices.contains(index) ? $0.foreground[index] : []
                })
        }
        let counts = read.compactMap(\.labelCounts)
        ignoredVoxels = dataset.labels.ignore.map { counts.voxels(of: $0) } ?? 0
        let all = counts.map { $0.values.reduce(0, +) }.reduce(0, +) - ignoredVoxels
        let background = LabelTable.Label(name: "background", value: dataset.labels.background)
        labels = ([background] + dataset.labels.foreground).map { label in
            let voxels = counts.voxels(of: label.value)
            return Label(
                name: label.name, value: label.value, voxels: voxels,
                share: all > 0 ? Double(voxels) / Double(all) : 0,
                cases: counts.count { $0[label.value, default: 0] > 0 })
        }
    }
}

extension Fingerprint.Grid {
    /// Nil where the image could not be read.
    fileprivate init?(_ examination: CaseExamination) {
        guard let grid = examination.grid else { return nil }
        self.init(
            size: grid.bodySize, croppedSize: examination.content?.size ?? grid.bodySize,
            spacing: grid.bodySpacing)
    }
}

extension [[Int: Int]] {
    fileprivate func voxels(of value: Int) -> Int {
        map { $0[value, default: 0] }.reduce(0, +)
    }
}

extension Fingerprint.Range {
    init(_ values: [SIMD3<Double>]) {
        let axes = (0..<3).map { axis in values.map { $0[axis] }.sorted() }
        func vector(_ pick: ([Double]) -> Double) -> SIMD3<Double> {
            SIMD3(pick(axes[0]), pick(axes[1]), pick(axes[2]))
        }
        minimum = vector { $0[0] }
        median = vector { quantile(0.5, ofSorted: $0) }
        maximum = vector { $0[$0.count - 1] }
    }
}

extension Fingerprint.Channel {
    /// Nil without values.
    init?(name: String, values: [Float]) {
        let sorted = values.map(Double.init).sorted()
        guard let first = sorted.first, let last = sorted.last,
            let moments = SampleMoments(sorted)
        else { return nil }
        self.name = name
        minimum = first
        maximum = last
        mean = moments.mean
        std = moments.deviation
        median = quantile(0.5, ofSorted: sorted)
        percentile005 = quantile(0.005, ofSorted: sorted)
        percentile995 = quantile(0.995, ofSorted: sorted)
    }
}
