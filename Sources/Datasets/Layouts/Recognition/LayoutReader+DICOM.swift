internal import SegNASHost
internal import SegNASImaging

extension LayoutReader {
    /// DICOM series, and segmentations or structure sets that refer to them, as archives and hospitals hand them out.
    func dicom() -> LayoutCandidate? {
        guard let study = DICOMDataset(in: folder) else { return nil }
        return LayoutCandidate(study.recognition(folder)) { reader in
            reader.structureTable(of: study).flatMap {
                reader.dataset(study, name: reader.name(), labels: $0)
            }
        }
    }

    /// The dataset of DICOM files with these labels; structures of other names are left out.
    mutating func dataset(_ study: DICOMDataset, name: String, labels: LabelTable) -> Dataset? {
        for fault in study.faults {
            report(.unreadable(fault.fault), file: relative(fault.file), caseIdentifier: nil)
        }
        var training: [Dataset.Case] = []
        for (identifier, series) in study.labelled {
            let files = series.segmentations.map { relative($0.path) }
            guard files.count == 1 else {
                report(.severalLabels(files), caseIdentifier: identifier)
                continue
            }
            training.append(study.subject(identifier, series))
        }
        noteOthers(study, labels)
        let modalities = study.labelled.compactMap(\.series.series.modality)
        return Dataset(
            name: name, folder: folder, layout: .dicom,
            channels: [modalities.mostFrequent ?? "channel_0"], labels: labels,
            training: training, test: study.unlabelled.map { study.subject($0, $1) })
    }

    /// Says which structures, and how many series, are not read.
    private mutating func noteOthers(_ study: DICOMDataset, _ labels: LabelTable) {
        let names = labels.valuesByName.entries.map(\.name)
        let all = Set(study.structures.flatMap { $0.names.entries.map(\.name) })
        let left = all.filter { name in !names.contains { LabelNames.areSame($0, name) } }
        if !left.isEmpty { note("structures left out: \(shortened(left.sorted()))") }
        if study.otherSeries > 0 {
            note("\(study.otherSeries) further series without a segmentation are not read")
        }
    }

    /// A label for each structure: with the number that all files give it, else in the order of names.
    private mutating func structureTable(of study: DICOMDataset) -> LabelTable? {
        var naming = CollectedLabelNames()
        for (file, names) in study.structures {
            naming.add(names, values: names.entries.compactMap(\.value), file: relative(file))
        }
        let entries = study.structures.flatMap(\.names.entries)
        var labels: [LabelTable.Label] = []
        if naming.contradictions.isEmpty {
            let values = Set(entries.compactMap(\.value)).sorted()
            labels = values.map { value in
                let given = entries.first { $0.value == value }?.name ?? "label_\(value)"
                return .init(name: naming.name(of: value) ?? given, value: value)
            }
        } else {
            note("files number structures in different ways, so names tell them apart")
            var names: [String] = []
            for name in entries.map(\.name)
            where !names.contains(where: { LabelNames.areSame($0, name) }) { names.append(name) }
            labels = names.sorted().enumerated().map { .init(name: $1, value: $0 + 1) }
        }
        return checked(LabelTable(foreground: labels), file: nil)
    }
}

/// The DICOM files of a dataset: series, and what was segmented on them.
struct DICOMDataset {
    private let folder: String
    /// Series with segmentations, and those of folders without any, by the names of cases.
    private(set) var labelled: [(identifier: String, series: SegmentedDICOMSeries)] = []
    private(set) var unlabelled: [(identifier: String, series: SegmentedDICOMSeries)] = []
    /// Series beside others that have segmentations.
    private(set) var otherSeries = 0
    let faults: [ImageError]

    /// Nil for a folder in which no segmentation lies.
    init?(in folder: String) {
        guard Self.holdsDICOM(folder), let files = try? DICOMFolder(folder) else { return nil }
        let all: [SegmentedDICOMSeries]
        (all, faults) = files.segmentedSeries
        self.folder = folder
        let segmented = all.filter { !$0.segmentations.isEmpty }
        guard !segmented.isEmpty || !faults.isEmpty else { return nil }
        labelled = named(segmented)
        // The first folders are those of patients.
        let patients = Set(segmented.map { parts(of: $0).first ?? "" })
        let rest = all.filter { $0.segmentations.isEmpty }
        let others = rest.filter { !patients.contains(parts(of: $0).first ?? "") }
        otherSeries = rest.count - others.count
        unlabelled = named(others)
    }

    /// True if DICOM is among some of the files, taken evenly.
    private static func holdsDICOM(_ folder: String) -> Bool {
        let files = DICOMFolder.files(in: folder).filter {
            ImageFileName(PathParts($0).name) == nil
        }
        let step = max(1, files.count / 20)
        return stride(from: 0, to: files.count, by: step).contains {
            DICOMFolder.isDICOM(files[$0])
        }
    }

    /// Structures by the files that outline them.
    var structures: [(file: String, names: LabelNames)] {
        labelled.flatMap { $0.series.segmentations }.map { ($0.path, LabelNames($0.structures)) }
    }

    func recognition(_ folder: String) -> LayoutRecognition {
        let example = labelled.first.map {
            relativePath($0.series.segmentations[0].path, to: folder)
        }
        return LayoutRecognition(
            .dicom, "DICOM series with segmentations" + (example.map { " such as \($0)" } ?? ""))
    }

    func subject(_ identifier: String, _ series: SegmentedDICOMSeries) -> Dataset.Case {
        Dataset.Case(
            identifier: identifier, images: [commonFolder(series.images)],
            series: series.series.uid, label: series.segmentations.first?.path)
    }

    /// The folders from the dataset's to the one that holds the series and its segmentations.
    private func parts(of series: SegmentedDICOMSeries) -> [String] {
        let place = commonFolder(series.images + series.segmentations.map(\.path))
        return relativePath(place + "/", to: folder).split(separator: "/").map(String.init)
    }

    /// Series by the names of their folders, with their numbers where a folder holds several.
    private func named(
        _ all: [SegmentedDICOMSeries]
    ) -> [(identifier: String, series: SegmentedDICOMSeries)] {
        let places = all.map { parts(of: $0).joined(separator: "/") }
        let folders = Set(places).sorted()
        let short = Dictionary(uniqueKeysWithValues: zip(folders, shortNames(folders)))
        let names = zip(all, places).map { series, place in
            let own = short[place].flatMap { $0.isEmpty ? nil : $0 } ?? PathParts(folder).name
            guard places.count(where: { $0 == place }) > 1 else { return own }
            return "\(own)_\(series.series.number.map(String.init) ?? series.series.uid)"
        }
        return zip(names, all).map { name, series in
            let isShared = names.count(where: { $0 == name }) > 1
            return (isShared ? "\(name)_\(series.series.uid)" : name, series)
        }.sorted { $0.0 < $1.0 }
    }
}

/// The folder that holds all files, at any depth.
private func commonFolder(_ paths: [String]) -> String {
    let folders = paths.map {
        PathParts($0).folder.split(separator: "/", omittingEmptySubsequences: false)
    }
    guard var common = folders.first else { return "" }
    for folder in folders {
        common = Array(zip(common, folder).prefix { $0 == $1 }.map(\.0))
    }
    return common.joined(separator: "/")
}

extension [String] {
    fileprivate var mostFrequent: String? {
        let counts = Dictionary(grouping: self) { $0 }.mapValues(\.count)
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
