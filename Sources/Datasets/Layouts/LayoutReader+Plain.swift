internal import SegNASHost
internal import SegNASImaging

extension LayoutReader {
    /// A dataset that nothing describes: its labels and channels are found in its files.
    mutating func plain(_ assembly: CaseAssembly) -> Dataset? {
        let cases = assembly.cases(channels: nil, reader: &self)
        assembly.reportOrphans(reader: &self)
        let training = cases.filter { $0.label != nil }
        guard !training.isEmpty else {
            // Cases that have faults are there too, and were reported.
            if !faults.contains(where: { $0.severity == .fault }) { report(.noCases) }
            return nil
        }
        reportNeighbours(in: cases)
        guard let table = discoveredLabels(of: training) else { return nil }
        return Dataset(
            name: name(), folder: folder, layout: recognition?.layout ?? .plain,
            channels: assembly.channelNames ?? channelNames(of: training), labels: table,
            training: training, test: cases.filter { $0.label == nil })
    }

    /// Cases without label maps that may be channels of others, by their names.
    private mutating func reportNeighbours(in cases: [Dataset.Case]) {
        let labelled = Set(cases.filter { $0.label != nil }.map(\.identifier))
        for item in cases where item.label == nil {
            let starts = item.identifier.indices.filter { "_-.".contains(item.identifier[$0]) }
            let names = starts.map { String(item.identifier[..<$0]) }
            guard let other = names.first(where: labelled.contains) else { continue }
            report(
                .besideCase(other), file: relative(item.images[0]),
                caseIdentifier: item.identifier)
        }
    }

    /// A label for each value that occurs, named as in the files or after it, as `label_3`; 0 is the background.
    ///
    /// Maps that cannot be read are left to `check` and to later reading, unless there are no others.
    mutating func discoveredLabels(of cases: [Dataset.Case]) -> LabelTable? {
        // The reason has been reported.
        guard !cases.isEmpty else { return nil }
        let found = concurrentMap(cases.count, threads: threads) { index in
            Result { () throws(LabelMapProblem) in try StoredLabels(cases[index].label ?? "") }
        }
        let maps = zip(cases, found).compactMap { item, labels in
            (try? labels.get()).map { (file: relative(item.label ?? ""), labels: $0) }
        }
        guard let fullest = maps.max(by: { $0.labels.values.count < $1.labels.values.count }) else {
            for (item, result) in zip(cases, found) {
                guard case .failure(let error) = result, let label = item.label else { continue }
                report(error.problem, file: relative(label), caseIdentifier: item.identifier)
            }
            return nil
        }
        var naming = CollectedLabelNames()
        for map in maps {
            naming.add(map.labels.names, values: map.labels.values, file: map.file)
        }
        for contradiction in naming.contradictions { report(.labelNames(contradiction)) }
        let values = maps.reduce(into: Set<Int>()) { $0.formUnion($1.labels.values) }
        let foreground = values.subtracting([0]).map {
            LabelTable.Label(name: naming.name(of: $0) ?? "label_\($0)", value: $0)
        }
        return namedTable(
            foreground + [.init(name: LabelTable.Label.background, value: 0)], file: fullest.file)
    }

    /// Names for unnamed channels: as many as the first case that can be read has.
    func channelNames(of cases: [Dataset.Case]) -> [String] {
        for images in cases.map(\.images) {
            guard images.count == 1 else { return numbered(images.count) }
            if let volume = try? Volume(contentsOf: images[0]) { return numbered(volume.channels) }
        }
        return numbered(1)
    }

    private func numbered(_ count: Int) -> [String] {
        (0..<count).map { "channel_\($0)" }
    }
}

/// A reason why the labels of a map are unknown.
private struct LabelMapProblem: Error {
    let problem: ContentProblem
}

/// The values of a label map, and the names that its file gives them.
private struct StoredLabels: Sendable {
    var values: [Int]
    var names: LabelNames?

    init(_ path: String) throws(LabelMapProblem) {
        let file: ImageFile
        do {
            file = try ImageFile(contentsOf: path)
        } catch {
            throw LabelMapProblem(problem: .unreadable(error.fault))
        }
        do {
            values = try LabelMap(file).labelCounts.keys.map(Int.init)
        } catch {
            throw LabelMapProblem(problem: .notLabels(error))
        }
        names = file.labelNames
    }
}
