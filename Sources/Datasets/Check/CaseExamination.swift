internal import SegNASImaging
internal import SegNASRandomness

/// The content and the faults of a case; small, whatever the size of its images.
struct CaseExamination: Sendable {
    let identifier: String
    var faults: [DatasetFault] = []
    /// The grid of the first image; nil if it cannot be read.
    var grid: Geometry?
    /// The box outside which all channels are 0, along right, anterior and superior; nil if they are 0 everywhere.
    var content: ContentBox?
    /// Digests of the channels that are not constant.
    var digests: [ChannelDigest] = []
    /// The values of each channel; nil for those that are not all numbers.
    var profiles: [ChannelProfile?] = []
    /// Voxels of each stored label; nil if there is no label map, or none that can be read.
    var labelCounts: [Int: Int]?
    /// Intensities of some labelled voxels, for each channel.
    var foreground: [[Float]] = []
}

/// Examines the cases of a dataset one at a time.
struct CaseExaminer {
    let dataset: Dataset
    /// The number of labelled voxels of each case that stand for all.
    let sampledVoxels: Int

    /// Reads one file after the other, so that two at most are in memory.
    func examine(_ examined: Dataset.Case) -> CaseExamination {
        var result = CaseExamination(identifier: examined.identifier)
        let labelled = examined.label.flatMap { labelMap($0, of: examined, &result) }
        let labels = labelled?.map
        let voxels = labels.map(sample) ?? []
        var channels = 0
        var readsAll = true
        for path in examined.images {
            guard let volume = file(path, of: examined, &result)?.volume else {
                readsAll = false
                continue
            }
            compare(volume.geometry, path, &result)
            let marked = labels.map { places(of: voxels, in: $0.geometry, on: volume.geometry) }
            scan(volume, path, at: marked ?? [], firstChannel: channels, &result)
            channels += volume.channels
        }
        if readsAll, channels != dataset.channels.count {
            let file = examined.images.count == 1 ? examined.images[0] : nil
            report(
                .channels(found: channels, expected: dataset.channels.count), file, &result)
        }
        if let labelled, let path = examined.label {
            check(labelled.map, path, &result)
            let misnamed = dataset.labels.misnamed(
                labelled.names, values: (result.labelCounts ?? [:]).keys)
            if !misnamed.isEmpty { report(.labelNames(misnamed), path, &result) }
        }
        return result
    }

    private func relative(_ path: String) -> String { relativePath(path, to: dataset.folder) }

    private func report(_ problem: ContentProblem, _ path: String?, _ result: inout CaseExamination)
    {
        result.faults.append(
            DatasetFault(
                problem, file: path.map(relative), caseIdentifier: result.identifier))
    }

    private func file(
        _ path: String, of examined: Dataset.Case, _ result: inout CaseExamination
    ) -> ImageFile? {
        do {
            let file = try ImageFile(
                contentsOf: path, series: examined.selection, values: dataset.labels.valuesByName)
            for remark in file.remarks { report(.remark(remark), path, &result) }
            return file
        } catch {
            report(.unreadable(error.fault), path, &result)
            return nil
        }
    }

    /// The indices of a label map's voxels in an image that may be stored in another order.
    private func places(of voxels: [Int], in map: Geometry, on image: Geometry) -> [Int] {
        guard let turn = map.reorientation(onto: image), turn != .identity else {
            return map.size == image.size ? voxels : []
        }
        return voxels.map { turn.index(of: $0, in: map.size) }
    }

    private func labelMap(
        _ path: String, of examined: Dataset.Case, _ result: inout CaseExamination
    ) -> (map: LabelMap, names: LabelNames?)? {
        guard let file = file(path, of: examined, &result) else { return nil }
        do {
            let labels = try LabelMap(file)
            if let remark = labels.remark { report(.remark(remark), path, &result) }
            let counts = labels.labelCounts.map { (Int($0.key), $0.value) }
            result.labelCounts = Dictionary(uniqueKeysWithValues: counts)
            return (labels, file.labelNames)
        } catch {
            report(.notLabels(error), path, &result)
            return nil
        }
    }

    /// The first image is the measure for the case.
    private func compare(_ grid: Geometry, _ path: String, _ result: inout CaseExamination) {
        guard let first = result.grid else {
            result.grid = grid
            let angle = grid.sharpestAngle
            if angle < 89 { report(.sheared(degrees: angle), path, &result) }
            return
        }
        if let mismatch = GridDifference(grid, expected: first) {
            report(.channelGrid(mismatch), path, &result)
        }
    }

    private func scan(
        _ volume: Volume, _ path: String, at voxels: [Int], firstChannel: Int,
        _ result: inout CaseExamination
    ) {
        let scans = ChannelScan.all(of: volume, at: voxels)
        let boxes = scans.compactMap { $0.content?.alongBody(volume.geometry) }
        result.content = ContentBox(joining: boxes + [result.content].compactMap(\.self))
        let notFinite = scans.map(\.notFinite).reduce(0, +)
        if notFinite > 0 { report(.notFinite(notFinite), path, &result) }
        for (index, scan) in scans.enumerated() {
            let isConstant = scan.minimum >= scan.maximum
            if isConstant, scan.notFinite == 0 {
                let names = dataset.channels.dropFirst(firstChannel + index)
                report(
                    .constant(
                        channel: names.first ?? "\(firstChannel + index)", value: scan.minimum),
                    path, &result)
            }
            if !isConstant {
                result.digests.append(
                    ChannelDigest(
                        file: relative(path), channel: firstChannel + index, digest: scan.digest))
            }
            result.profiles.append(isConstant || scan.notFinite > 0 ? nil : scan.profile)
            if scan.notFinite == 0 { result.foreground.append(scan.values) }
        }
    }

    private func check(_ labels: LabelMap, _ path: String, _ result: inout CaseExamination) {
        if let grid = result.grid, let mismatch = GridDifference(labels.geometry, expected: grid) {
            report(.labelGrid(mismatch), path, &result)
        }
        let table = dataset.labels
        let known = Set(table.foreground.map(\.value) + [table.background])
            .union([table.ignore].compactMap { $0 })
        let counts = result.labelCounts ?? [:]
        let unexpected = counts.filter { !known.contains($0.key) }
        if !unexpected.isEmpty {
            let image = labels.imageFault
            report(image.map { .notLabels($0) } ?? .unexpectedLabels(unexpected), path, &result)
        }
        if counts.keys.allSatisfy({ $0 == table.background || $0 == table.ignore }) {
            report(.noForeground, path, &result)
        }
    }

    /// Indices of labelled voxels, the same number for each case; some repeat if there are few.
    ///
    /// One is drawn from each of equal parts of the labelled voxels: steps of one length would fall in with the
    /// rows of the image, and miss a percentile by more than chance does.
    private func sample(_ labels: LabelMap) -> [Int] {
        let foreground = Set(dataset.labels.foreground.map { Int32(clamping: $0.value) })
        let counts = labels.labelCounts.filter { foreground.contains($0.key) }
        let total = counts.values.reduce(0, +)
        guard total > 0 else { return [] }
        var generator = SeededGenerator(seed: 0)
        let width = Double(total) / Double(sampledVoxels)
        let ranks = (0..<sampledVoxels).map { part in
            min(total - 1, Int((Double(part) + generator.unit()) * width))
        }
        return indices(of: ranks, among: foreground, in: labels)
    }

    /// The indices of the labelled voxels of some ranks, which ascend.
    private func indices(
        of ranks: [Int], among foreground: Set<Int32>, in labels: LabelMap
    ) -> [Int] {
        var indices: [Int] = []
        indices.reserveCapacity(ranks.count)
        var rank = 0
        var last: (value: Int32, isForeground: Bool) = (0, foreground.contains(0))
        labels.values.withUnsafeBufferPointer { values in
            for index in values.indices {
                let value = values[index]
                if value != last.value { last = (value, foreground.contains(value)) }
                guard last.isForeground else { continue }
                while indices.count < ranks.count, ranks[indices.count] == rank {
                    indices.append(index)
                }
                rank += 1
            }
        }
        return indices
    }
}

extension SeededGenerator {
    /// A number from 0 to just below 1.
    fileprivate mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
