internal import Host
internal import Imaging

extension LayoutReader {
    /// `images` and `labels`: files of the same name, or images with nnU-Net's `_0000` behind it.
    mutating func plain() -> Dataset? {
        guard let images = imageNames(in: "images"), let labels = imageNames(in: "labels") else {
            return nil
        }
        let folders = CaseFolders(
            images: images, in: "images", labels: labels, in: "labels", suffixes: .byLabels)
        let cases = folders.cases(channels: nil, reader: &self)
        folders.reportOrphans(reader: &self)
        let training = cases.filter { $0.label != nil }
        guard !training.isEmpty else {
            report(.noCases)
            return nil
        }
        guard let table = discoveredLabels(of: training) else { return nil }
        return Dataset(
            name: name(), folder: folder, layout: .plain,
            channels: channelNames(of: training), labels: table, training: training,
            test: cases.filter { $0.label == nil })
    }

    /// The images of a folder of the dataset; nil after a fault.
    mutating func imageNames(in name: String) -> [ImageFileName]? {
        if let images = ImageFileName.all(in: path(name)) { return images }
        report(.missing, file: name)
        return nil
    }

    /// A label for each value that a label map holds, named as the files do or `label_3` after it; 0 is the background.
    ///
    /// Maps that cannot be read are left to those who use them, and to `check`.
    mutating func discoveredLabels(of cases: [Dataset.Case]) -> LabelTable? {
        // Why there is none has been reported.
        guard !cases.isEmpty else { return nil }
        let found = concurrentMap(cases.count, threads: threads) { index -> FoundLabels? in
            guard let path = cases[index].label, let file = try? ImageFile(contentsOf: path),
                let map = try? LabelMap(file)
            else { return nil }
            return FoundLabels(
                file: path, values: map.labelCounts.keys.map(Int.init), names: file.labelNames)
        }
        guard found.contains(where: { $0 != nil }) else {
            report(.labelsUnreadable)
            return nil
        }
        var naming = LabelNaming()
        for labels in found.compactMap({ $0 }) {
            naming.add(labels.names, values: labels.values, file: relative(labels.file))
        }
        for contradiction in naming.contradictions { report(.labelNames(contradiction)) }
        let values = found.compactMap { $0?.values }.reduce(into: Set<Int>()) { $0.formUnion($1) }
        let foreground = values.subtracting([0]).map {
            LabelTable.Label(name: naming.name(of: $0) ?? "label_\($0)", value: $0)
        }
        return checked(LabelTable(foreground: foreground), file: nil)
    }

    /// What a label map holds and how it names it.
    private struct FoundLabels: Sendable {
        var file: String
        var values: [Int]
        var names: LabelNames?
    }

    /// Names for channels that nobody named: as many as the first case that can be read has.
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
