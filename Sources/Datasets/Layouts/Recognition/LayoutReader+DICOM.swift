internal import SegNASHost
internal import SegNASImaging

extension LayoutReader {
    /// DICOM series, and segmentations or structure sets that refer to them, as archives and hospitals hand them out.
    func dicom() -> LayoutCandidate? {
        guard let study = DICOMDataset(in: folder), study.isLabelled else { return nil }
        var candidate = LayoutCandidate(study.recognition(folder)) { reader in
            reader.dataset(study, name: reader.name()) { $0.structureTable(of: study) }
        }
        candidate.study = study
        return candidate
    }

    /// The dataset of DICOM files with these labels; structures of other names are left out.
    mutating func dataset(
        _ study: DICOMDataset, name: String, labels: (inout LayoutReader) -> LabelTable?
    ) -> Dataset? {
        for fault in study.faults {
            report(.unreadable(fault.fault), file: relative(fault.file), caseIdentifier: nil)
        }
        var (training, test): ([Dataset.Case], [Dataset.Case]) = ([], [])
        for (identifier, series) in study.series {
            let files = series.segmentations.map { relative($0.path) }
            if files.count > 1 {
                report(.severalLabels(files), caseIdentifier: identifier)
            } else if !files.isEmpty {
                training.append(study.subject(identifier, series))
            } else if !study.isBesideLabelled(series) {
                test.append(study.subject(identifier, series))
            }
        }
        guard !training.isEmpty, let labels = labels(&self) else { return nil }
        noteOthers(study, labels)
        let modalities = study.modalities
        if modalities.count > 1 {
            note("series of \(listed(modalities)) together are taken as \(modalities[0])")
        }
        return Dataset(
            name: name, folder: folder, layout: .dicom, channels: [modalities.first ?? "channel_0"],
            labels: labels, training: training, test: test)
    }

    /// Says which structures, and how many series, are not read.
    private mutating func noteOthers(_ study: DICOMDataset, _ labels: LabelTable) {
        let known = labels.valuesByName
        let left = study.structures.flatMap(\.names.entries).filter { structure in
            !structure.isBackground
                && known.entry(for: structure.name, number: structure.value) == nil
        }
        if !left.isEmpty {
            note("structures left out: \(shortened(Set(left.map(\.name)).sorted()))")
        }
        let others = study.series.count { study.isBesideLabelled($0.series) }
        if others > 0 { note("\(others) further series without a segmentation are not read") }
    }

    /// A label for each structure: with the number that all files give it, else in the order of names.
    private mutating func structureTable(of study: DICOMDataset) -> LabelTable? {
        var naming = CollectedLabelNames()
        for (file, names) in study.structures {
            naming.add(names, values: names.entries.compactMap(\.value), file: relative(file))
        }
        let entries = study.structures.flatMap(\.names.entries).filter { !$0.isBackground }
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
        let ignored = labels.first { $0.name.lowercased() == "ignore" }
        return checked(
            LabelTable(
                foreground: labels.filter { $0 != ignored }, ignore: ignored?.value),
            file: nil)
    }
}

extension ImageError {
    fileprivate var isOfSegmentation: Bool {
        if case .dicom(.segmentation) = fault { true } else { false }
    }
}

extension LabelNames.Entry {
    fileprivate var isBackground: Bool { name.lowercased() == "background" }
}

/// The DICOM files of a dataset: series, and what was segmented on them.
struct DICOMDataset {
    private let folder: String
    /// Series of slices above each other by the names of cases, whether they have segmentations or not.
    private(set) var series: [(identifier: String, series: SegmentedDICOMSeries)] = []
    /// Files that cannot be read, and segmentations without their series.
    private(set) var faults: [ImageError] = []
    /// The first folders, which are those of patients, in which segmentations lie.
    private var labelledPatients: Set<String> = []
    private let seriesInFolders: [String: Int]

    /// Nil for a folder without DICOM files.
    init?(in folder: String) {
        guard Self.holdsDICOM(folder) else { return nil }
        var faults: [ImageError] = []
        guard let files = try? DICOMFolder(folder, { faults.append($0) }) else { return nil }
        let (all, others) = files.segmentedSeries
        self.folder = folder
        self.faults = faults + others
        seriesInFolders = Self.count(all)
        series = named(all)
        labelledPatients = Set(
            all.filter { !$0.segmentations.isEmpty }.map { parts(of: $0).first ?? "" })
    }

    /// True if a series is labelled, or a file says that it should be.
    var isLabelled: Bool {
        !labelledPatients.isEmpty || faults.contains(where: \.isOfSegmentation)
    }

    /// True for a series without a segmentation of a patient who has one of another.
    func isBesideLabelled(_ series: SegmentedDICOMSeries) -> Bool {
        series.segmentations.isEmpty && labelledPatients.contains(parts(of: series).first ?? "")
    }

    /// Modalities of series with segmentations, the most frequent first.
    var modalities: [String] {
        let all = series.filter { !$0.series.segmentations.isEmpty }
            .compactMap(\.series.series.modality)
        let counts = Dictionary(grouping: all) { $0 }.mapValues(\.count)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
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
        series.flatMap(\.series.segmentations).map { ($0.path, LabelNames($0.structures)) }
    }

    func recognition(_ folder: String) -> LayoutRecognition {
        let example = series.flatMap(\.series.segmentations).first.map {
            relativePath($0.path, to: folder)
        }
        return LayoutRecognition(
            .dicom, "DICOM series with segmentations" + (example.map { " such as \($0)" } ?? ""))
    }

    func subject(_ identifier: String, _ series: SegmentedDICOMSeries) -> Dataset.Case {
        Dataset.Case(
            identifier: identifier, images: [commonFolder(series.images)],
            series: isAlone(series) ? nil : series.series.uid,
            label: series.segmentations.first?.path)
    }

    /// True if each series has a folder of its own, and every file is known.
    var areAlone: Bool {
        series.allSatisfy { isAlone($0.series) } && faults.allSatisfy(\.isOfSegmentation)
    }

    /// True if no other series lies in the folder of a series.
    private func isAlone(_ series: SegmentedDICOMSeries) -> Bool {
        seriesInFolders[commonFolder(series.images)] == 1
    }

    /// The number of series in each folder and the folders in it.
    private static func count(_ all: [SegmentedDICOMSeries]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for series in all {
            var folders: Set<String> = []
            for image in series.images {
                var folder = PathParts(image).folder
                while folders.insert(folder).inserted { folder = PathParts(folder).folder }
            }
            for folder in folders { counts[folder, default: 0] += 1 }
        }
        return counts
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
        let inPlaces = Dictionary(grouping: places) { $0 }.mapValues(\.count)
        let names = zip(all, places).map { series, place in
            let own = short[place].flatMap { $0.isEmpty ? nil : $0 } ?? PathParts(folder).name
            guard (inPlaces[place] ?? 0) > 1 else { return own }
            return "\(own)_\(series.series.number.map(String.init) ?? series.series.uid)"
        }
        let ofNames = Dictionary(grouping: names) { $0 }.mapValues(\.count)
        return zip(names, all).map { name, series in
            let isShared = (ofNames[name] ?? 0) > 1
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
