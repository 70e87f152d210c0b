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

    /// A label for each value that a label map holds, named `label_3` after it; 0 is the background.
    ///
    /// Maps that cannot be read are left to those who use them, and to `check`.
    mutating func discoveredLabels(of cases: [Dataset.Case]) -> LabelTable? {
        // Why there is none has been reported.
        guard !cases.isEmpty else { return nil }
        let found = concurrentMap(cases.count, threads: threads) { index -> Set<Int32>? in
            guard let path = cases[index].label, let volume = try? Volume(contentsOf: path),
                let map = try? LabelMap(volume)
            else { return nil }
            return Set(map.labelCounts.keys)
        }
        guard found.contains(where: { $0 != nil }) else {
            report(.labelsUnreadable)
            return nil
        }
        let values = found.compactMap { $0 }.reduce(into: Set<Int32>()) { $0.formUnion($1) }
        let foreground = values.subtracting([0]).map {
            LabelTable.Label(name: "label_\($0)", value: Int($0))
        }
        return checked(LabelTable(foreground: foreground), file: nil)
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
