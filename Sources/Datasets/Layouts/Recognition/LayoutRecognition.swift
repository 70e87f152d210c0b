internal import SegNASHost

/// The layout that a dataset is taken to have, and why.
public struct LayoutRecognition: Equatable, Sendable {
    public var layout: Dataset.Layout
    /// Parts of a sentence: the evidence for it, and what in the folder is left unread.
    public var evidence: [String]

    public init(_ layout: Dataset.Layout, _ evidence: String...) {
        self.layout = layout
        self.evidence = evidence
    }
}

extension LayoutRecognition: CustomStringConvertible {
    /// One line, without the layout's name.
    public var description: String { "recognised by " + evidence.joined(separator: "; ") }
}

/// A layout that a folder may have, and the way to read it.
struct LayoutCandidate {
    /// Nil if a description has yet to say it.
    let recognition: LayoutRecognition?
    /// The files of a DICOM dataset; nil for other layouts.
    var study: DICOMDataset?
    let read: (inout LayoutReader) -> Dataset?

    init(
        _ recognition: LayoutRecognition?, read: @escaping (inout LayoutReader) -> Dataset?
    ) {
        self.recognition = recognition
        self.read = read
    }
}

extension LayoutReader {
    /// The likeliest layout of the folder; nil if there is no evidence for any.
    ///
    /// A description counts most, then the names of folders, and those of files least.
    func candidate() -> LayoutCandidate? {
        description() ?? folderPair() ?? lists() ?? nnUNetFolders() ?? bids() ?? pairsOfFiles()
            ?? caseFolders() ?? dicom()
    }

    private func description() -> LayoutCandidate? {
        guard exists("dataset.json") else { return nil }
        return LayoutCandidate(nil) { $0.described(by: "dataset.json") }
    }

    private func lists() -> LayoutCandidate? {
        let lists = datalists()
        guard let first = lists.first else { return nil }
        return LayoutCandidate(nil) { reader in
            guard lists.count > 1 else { return reader.described(by: first) }
            reader.report(.severalDatalists(lists))
            return nil
        }
    }

    /// Files of the folder that list cases.
    private func datalists() -> [String] {
        (FolderListing(folder)?.others ?? []).filter { name in
            guard name.lowercased().hasSuffix(".json"),
                let text = try? readText(at: path(name), limit: 16 << 20)
            else { return false }
            return JSONValue(text: text)?.object?["training"]?.array != nil
        }
    }

    /// `images` and `labels`, or one folder each that is named alike.
    private func folderPair() -> LayoutCandidate? {
        let folders = FolderListing(folder)?.folders ?? []
        func named(_ names: Set<String>) -> [String] {
            folders.filter { names.contains($0.lowercased()) && !$0.hasSuffix("Tr") }
                .filter { FolderListing(path($0))?.images.isEmpty == false }
        }
        let images = named(NameWords.imageFolders)
        let labels = named(NameWords.labelFolders)
        if isFolder("images"), isFolder("labels") {
            let others = Set(images + labels).subtracting(["images", "labels"]).sorted()
            return folderPair("images", "labels", unread: others)
        }
        guard let image = images.first, let label = labels.first else { return nil }
        guard images.count == 1, labels.count == 1 else {
            return LayoutCandidate(LayoutRecognition(.plain, "folders of images and labels")) {
                $0.report(.severalFolders(images: images, labels: labels))
                return nil
            }
        }
        return folderPair(image, label, unread: [])
    }

    private func folderPair(
        _ images: String, _ labels: String, unread: [String]
    ) -> LayoutCandidate {
        var recognition = LayoutRecognition(.plain, "the folders \(images) and \(labels)")
        let rest = unread + datalists()
        if !rest.isEmpty {
            recognition.evidence.append(
                "\(shortened(rest)) \(rest.count == 1 ? "is" : "are") not read")
        }
        return LayoutCandidate(recognition) { reader in
            reader.assembly(images: images, labels: labels).flatMap { reader.plain($0) }
        }
    }

    /// nnU-Net's folders without its `dataset.json`.
    private func nnUNetFolders() -> LayoutCandidate? {
        guard isFolder("imagesTr"), isFolder("labelsTr") else { return nil }
        let recognition = LayoutRecognition(.nnUNetFolders, "the folders imagesTr and labelsTr")
        return LayoutCandidate(recognition) { $0.undescribedNNUNet() }
    }

    /// Images and label maps side by side, as `P001.nrrd` and `P001.seg.nrrd`.
    private func pairsOfFiles() -> LayoutCandidate? {
        let all = FolderListing(folder)?.images ?? []
        let labels = all.filter(\.isNamedAsLabels)
        let images = all.filter { !$0.isNamedAsLabels }
        let pairing = NamePairing(images: images, labels: labels)
        guard let example = pairing.example(unlike: false) else { return nil }
        let recognition = LayoutRecognition(.plain, "label maps beside images, as \(example)")
        return LayoutCandidate(recognition) { reader in
            let assembly = reader.assembly(images, in: nil, labels, in: nil)
            return reader.plain(assembly)
        }
    }
}

extension ImageFileName {
    /// True if its name alone says that it is a label map.
    var isNamedAsLabels: Bool { isSegmentation || stem.without(NameWords.labels) != nil }
}
