internal import SegNASHost
internal import SegNASImaging

extension LayoutReader {
    /// nnU-Net v2: `dataset.json`, `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`, `imagesTs`.
    ///
    /// [The format](https://github.com/MIC-DKFZ/nnUNet/blob/master/documentation/dataset_format.md); of its keys,
    /// `channel_names` (or the older `modality`), `labels`, `regions_class_order`, `numTraining`, `file_ending` and
    /// `dataset` count.
    mutating func nnUNet(_ json: [String: JSONValue], file: String) -> Dataset? {
        let labels = nnUNetLabels(json, file: file)
        if json["labels"] == nil { report(.keyMissing("labels"), file: file) }
        let channelKey = json["channel_names"] == nil ? "modality" : "channel_names"
        let channels: [String]?
        if let value = json[channelKey] {
            channels = self.channels(value, key: channelKey, file: file)
        } else {
            report(.keyMissing("channel_names"), file: file)
            channels = nil
        }
        let training: [Dataset.Case]
        let filesPerCase: Int
        if let listed = json["dataset"] {
            training = listedCases(listed, channels: channels?.count, file: file)
            filesPerCase = training.map(\.images.count).max() ?? 1
        } else {
            let folders = assembly(images: "imagesTr", labels: "labelsTr")
            filesPerCase = folders.map { self.filesPerCase($0, channels: channels?.count) } ?? 1
            training =
                folders.map {
                    cases(of: $0, channels: channels?.count, filesPerCase: filesPerCase)
                } ?? []
            checkList(json, against: folders, file: file)
        }
        let test = testCases(channels: channels?.count, filesPerCase: filesPerCase)
        checkEnding(json, file: file)
        // Cases that have faults are there too, and were reported.
        if !faults.contains(where: { $0.severity == .fault }) {
            checkCaseCount(json, found: training.count, isListed: false, file: file)
            if training.isEmpty { report(.noCases) }
        }
        guard let labels, let channels else { return nil }
        return Dataset(
            name: name(json), folder: folder, layout: .nnUNet, channels: channels, labels: labels,
            training: training, test: test)
    }

    /// nnU-Net's folders without its `dataset.json`: labels and channels are found in the files.
    mutating func undescribedNNUNet() -> Dataset? {
        guard let folders = assembly(images: "imagesTr", labels: "labelsTr"),
            var dataset = plain(folders)
        else { return nil }
        dataset.test += testCases(
            channels: dataset.channels.count, filesPerCase: folders.filesPerCase)
        report(.undescribed(json: description(of: dataset)))
        return dataset
    }

    /// A `dataset.json` in one line, for the user to correct.
    private func description(of dataset: Dataset) -> String {
        let channels = dataset.channels.enumerated().map { "\"\($0.offset)\": \"\($0.element)\"" }
        let labels = dataset.labels.foreground.map { ", \"\($0.name)\": \($0.value)" }
        let ending = FolderListing(path("imagesTr"))?.images.first?.ending ?? ".nii.gz"
        return """
            {"channel_names": {\(channels.joined(separator: ", "))}, "labels": {"background": 0\(labels.joined())}, \
            "numTraining": \(dataset.training.count), "file_ending": "\(ending)"}
            """
    }

    /// Checks that images and label maps have the stated ending; nnU-Net passes over those that do not.
    private mutating func checkEnding(_ json: [String: JSONValue], file: String) {
        guard let value = json["file_ending"] else { return }
        guard let ending = value.string, ending.hasPrefix(".") else {
            report(.keyType("file_ending", expected: "text such as \".nii.gz\""), file: file)
            return
        }
        let folders = ["imagesTr", "labelsTr", "imagesTs"]
        let files = folders.flatMap { folder in
            (ImageFileName.all(in: path(folder)) ?? []).map { "\(folder)/\($0.name)" }
        }
        let others = files.filter { !$0.lowercased().hasSuffix(ending.lowercased()) }
        if let other = others.first {
            report(
                .endingDiffers(
                    stated: ending, example: other, count: others.count, of: files.count),
                file: file)
        } else if !ImageFileName.endings.contains(ending.lowercased()) {
            report(.unsupportedFormat(ending), file: file)
        }
    }

    /// The number of files that each case must have: one for each channel, unless one file holds them all.
    ///
    /// Only the file itself says that, so one is read if its name leaves it open.
    private func filesPerCase(_ folders: CaseAssembly, channels: Int?) -> Int {
        guard folders.filesPerCase == 1, let channels, channels > 1,
            let first = folders.images.min(by: { $0.key < $1.key })?.value[.number(0)]?.first,
            let volume = try? Volume(contentsOf: path(first)), volume.channels == 1
        else { return folders.filesPerCase }
        return channels
    }

    private mutating func cases(
        of folders: CaseAssembly, channels: Int?, filesPerCase: Int
    ) -> [Dataset.Case] {
        let cases = folders.cases(
            channels: channels, filesPerCase: filesPerCase, reader: &self)
        folders.reportOrphans(reader: &self)
        for unlabelled in cases where unlabelled.label == nil {
            report(
                .labelMissing, file: relative(unlabelled.images[0]),
                caseIdentifier: unlabelled.identifier)
        }
        return cases.filter { $0.label != nil }
    }

    /// Images without label maps, named as those with them are.
    private mutating func testCases(channels: Int?, filesPerCase: Int) -> [Dataset.Case] {
        guard isFolder("imagesTs"), let images = imageNames(in: "imagesTs") else { return [] }
        let pairing = NamePairing(images: images, labels: [], isNumbered: filesPerCase > 0)
        var assembly = CaseAssembly()
        for image in images {
            let (identifier, channel) = pairing.identifier(ofImage: image)
            assembly.add(image: "imagesTs/\(image.name)", of: identifier, channel)
        }
        return assembly.cases(channels: channels, filesPerCase: filesPerCase, reader: &self)
    }

    /// A list that was kept from nnU-Net v1 is passed over; that it says the same is checked.
    private mutating func checkList(
        _ json: [String: JSONValue], against folders: CaseAssembly?, file: String
    ) {
        guard let folders, let list = json["training"]?.array, !list.isEmpty else { return }
        let known = Set(folders.images.values.flatMap { $0.values.flatMap { $0.map(path) } })
        let images = list.compactMap { entry -> [String]? in
            let image = entry.object?["image"]
            return image?.string.map { channelFiles(of: $0) } ?? image?.array?.compactMap(\.string)
        }
        let strangers = images.filter { !$0.contains { known.contains(path($0)) } }
        let missing = strangers.compactMap(\.first).filter { !exists($0) }
        if !missing.isEmpty {
            report(.listContradicts(missing), file: file)
        } else if images.count != folders.images.count || !strangers.isEmpty {
            let listed = images.count - strangers.count
            report(.listDiffers(listed: listed, found: folders.images.count), file: file)
        }
    }

    /// `dataset`: cases by name, as `{"CASE": {"images": ["a.nii.gz"], "label": "b.nii.gz"}}`.
    private mutating func listedCases(
        _ json: JSONValue, channels: Int?, file: String
    ) -> [Dataset.Case] {
        guard let entries = json.object else {
            report(.keyType("dataset", expected: "an object of cases"), file: file)
            return []
        }
        let listed = Set(
            entries.values.flatMap { $0.object?["images"]?.array?.compactMap(\.string) ?? [] }
                .map(path))
        return entries.sorted { $0.key < $1.key }.compactMap { identifier, entry in
            guard let images = entry.object?["images"]?.array?.compactMap(\.string),
                !images.isEmpty, let label = entry.object?["label"]?.string
            else {
                report(
                    .keyType(
                        identifier, expected: #"{"images": ["a.nii.gz"], "label": "b.nii.gz"}"#),
                    file: file, caseIdentifier: identifier)
                return nil
            }
            reportUnreadChannels(of: images, label: label, identifier, listed: listed)
            return listedCase(identifier, images: images, label: label, channels: channels)
        }
    }
}
