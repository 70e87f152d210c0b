extension LayoutReader {
    /// nnU-Net v2: `dataset.json`, `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`, `imagesTs`.
    ///
    /// [The format](https://github.com/MIC-DKFZ/nnUNet/blob/master/documentation/dataset_format.md); of its keys,
    /// `channel_names` (or the older `modality`), `labels`, `numTraining`, `file_ending` and `dataset` count.
    mutating func nnUNet(_ json: [String: JSONValue], file: String) -> Dataset? {
        let labels = required("labels", in: json, file: file).flatMap { labelTable($0, file: file) }
        let channelKey = json["channel_names"] == nil ? "modality" : "channel_names"
        let channels: [String]?
        if let value = json[channelKey] {
            channels = self.channels(value, key: channelKey, file: file)
        } else {
            report(.keyMissing("channel_names"), file: file)
            channels = nil
        }
        checkEnding(json, file: file)
        let training: [Dataset.Case]
        if let listed = json["dataset"] {
            training = listedCases(listed, channels: channels?.count, file: file)
        } else {
            training = folderCases(channels: channels?.count)
        }
        let test = testCases(channels: channels?.count)
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

    private mutating func required(
        _ key: String, in json: [String: JSONValue], file: String
    ) -> JSONValue? {
        if json[key] == nil { report(.keyMissing(key), file: file) }
        return json[key]
    }

    private mutating func checkEnding(_ json: [String: JSONValue], file: String) {
        guard let value = json["file_ending"] else { return }
        guard let ending = value.string else {
            report(.keyType("file_ending", expected: "text such as \".nii.gz\""), file: file)
            return
        }
        guard !ImageFileName.endings.contains(ending.lowercased()) else { return }
        report(.unsupportedFormat(ending), file: file)
    }

    private mutating func folderCases(channels: Int?) -> [Dataset.Case] {
        guard let images = imageNames(in: "imagesTr"), let labels = imageNames(in: "labelsTr")
        else {
            return []
        }
        let folders = CaseFolders(
            images: images, in: "imagesTr", labels: labels, in: "labelsTr", suffixes: .byLabels)
        let cases = folders.cases(channels: channels, reader: &self)
        folders.reportOrphans(reader: &self)
        for unlabelled in cases where unlabelled.label == nil {
            report(
                .labelMissing, file: relative(unlabelled.images[0]),
                caseIdentifier: unlabelled.identifier)
        }
        return cases.filter { $0.label != nil }
    }

    private mutating func testCases(channels: Int?) -> [Dataset.Case] {
        guard isFolder("imagesTs"), let images = imageNames(in: "imagesTs") else { return [] }
        return CaseFolders(
            images: images, in: "imagesTs", labels: [], in: nil, suffixes: .always
        ).cases(channels: channels, reader: &self)
    }

    /// `dataset`: cases by name, as `{"CASE": {"images": ["a.nii.gz"], "label": "b.nii.gz"}}`.
    private mutating func listedCases(
        _ json: JSONValue, channels: Int?, file: String
    ) -> [Dataset.Case] {
        guard let entries = json.object else {
            report(.keyType("dataset", expected: "an object of cases"), file: file)
            return []
        }
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
            return listedCase(identifier, images: images, label: label, channels: channels)
        }
    }
}
