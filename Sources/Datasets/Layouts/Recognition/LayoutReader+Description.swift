internal import SegNASHost

extension LayoutReader {
    /// The dataset that a JSON file describes, by the evidence for one layout or another.
    ///
    /// nnU-Net v2 reads `channel_names`, `labels` and `file_ending` with its folders, and passes over a list that was
    /// kept from its first version or from the Decathlon; all others have their cases from a list, but for DICOM
    /// folders, of which it may describe the labels alone.
    mutating func described(by file: String) -> Dataset? {
        guard let json = object(in: file) else { return nil }
        if let labels = json["labels"], json["training"] == nil, !isFolder("imagesTr"),
            let study = DICOMDataset(in: folder), study.isLabelled
        {
            recognise(study.recognition(folder))
            note("values of labels as in \(file)")
            return dataset(study, name: name(json)) { $0.labelTable(labels, file: file) }
        }
        let evidence = DescriptionEvidence(json, file: file, hasFolders: isFolder("imagesTr"))
        guard let recognition = evidence.recognition else {
            report(.unrecognisedKeys(json.keys.sorted()), file: file)
            return nil
        }
        recognise(recognition)
        return recognition.layout == .nnUNet ? nnUNet(json, file: file) : datalist(json, file: file)
    }
}

/// The evidence for a layout in the keys of a description.
struct DescriptionEvidence {
    private let json: [String: JSONValue]
    private let file: String
    /// True if the folder of nnU-Net's images is there.
    private let hasFolders: Bool

    init(_ json: [String: JSONValue], file: String, hasFolders: Bool) {
        self.json = json
        self.file = file
        self.hasFolders = hasFolders
    }

    /// Keys that only nnU-Net v2 knows.
    private static let nnUNetKeys = [
        "channel_names", "file_ending", "regions_class_order", "overwrite_image_reader_writer",
    ]
    /// Keys of the Decathlon, which nnU-Net v1 shares.
    private static let decathlonKeys = ["modality", "labels", "tensorImageSize"]

    /// Nil if there is no evidence for any layout.
    var recognition: LayoutRecognition? {
        let isListed = json["training"].map { $0.array?.isEmpty != true } ?? false
        let newest = present(Self.nnUNetKeys) + (json["dataset"]?.object == nil ? [] : ["dataset"])
        if !newest.isEmpty, hasFolders || json["dataset"] != nil || !isListed {
            var recognition = LayoutRecognition(.nnUNet, "\(quoted(newest)) in \(file)")
            if isListed {
                recognition.evidence.append("its \"training\" list is not read, as in nnU-Net")
            }
            return recognition
        }
        if isListed || json["training"] != nil && !hasFolders { return list(newest) }
        let older = present(Self.decathlonKeys)
        guard !older.isEmpty else { return nil }
        return LayoutRecognition(.nnUNet, "\(quoted(older)) in \(file) and no list of cases")
    }

    private func list(_ newest: [String]) -> LayoutRecognition {
        let keys = present(Self.decathlonKeys)
        var recognition =
            keys.isEmpty
            ? LayoutRecognition(.monai, "the \"training\" list in \(file)")
            : LayoutRecognition(.decathlon, "the \"training\" list with \(quoted(keys)) in \(file)")
        if !newest.isEmpty {
            recognition.evidence.append("there is no imagesTr to go with \(quoted(newest))")
        }
        return recognition
    }

    private func present(_ keys: [String]) -> [String] { keys.filter { json[$0] != nil } }

    private func quoted(_ keys: [String]) -> String { listed(keys.map { "\"\($0)\"" }) }
}
