internal import SegNASHost

extension LayoutReader {
    /// BIDS: `sub-01/anat/sub-01_T1w.nii.gz`, and label maps with the suffix `dseg`, `seg` or `mask` in `derivatives`
    /// or beside.
    ///
    /// [The standard](https://bids-specification.readthedocs.io/en/stable/derivatives/imaging.html). Label maps in the
    /// space of a template do not count.
    func bids() -> LayoutCandidate? {
        let subjects = (FolderListing(folder)?.folders ?? []).filter { $0.hasPrefix("sub-") }
        guard !subjects.isEmpty else { return nil }
        let raw = subjects.flatMap { imageFolders(below: $0).flatMap(BIDSFile.all) }
        let derived = imageFolders(below: "derivatives", levels: 7).flatMap(BIDSFile.all)
        let images = raw.filter { !$0.isLabels }
        let labels = (raw + derived).filter { $0.isLabels && !$0.isInTemplate }
        guard let label = labels.first, !images.isEmpty else { return nil }
        let recognition = LayoutRecognition(
            .bids, "folders such as \(subjects[0]) and label maps such as \(label.path)")
        return LayoutCandidate(recognition) { reader in
            reader.reportHidden()
            let assembly = reader.assembly(images, labels)
            return reader.plain(assembly)
        }
    }

    private mutating func assembly(_ images: [BIDSFile], _ labels: [BIDSFile]) -> CaseAssembly {
        let bySession = Dictionary(grouping: images, by: \.session)
        let found = labels.map { label in
            (label: label, images: label.images(among: bySession[label.session] ?? []))
        }
        let suffixes = Set(found.flatMap { $0.images.map(\.suffix) })
        var assembly = CaseAssembly()
        for (label, images) in found {
            let name = images.first?.identifier ?? label.identifier
            assembly.add(label: label.path, of: name)
            add(images, of: name, &assembly)
        }
        let labelled = Set(found.flatMap { $0.images.map(\.path) })
        for image in images where suffixes.contains(image.suffix) && !labelled.contains(image.path)
        {
            add([image], of: image.identifier, &assembly)
        }
        let others = Set(images.map(\.suffix)).subtracting(suffixes).sorted()
        if !others.isEmpty { note("\(listed(others)) images have no label maps and are not read") }
        return assembly
    }

    private func add(_ images: [BIDSFile], of name: String, _ assembly: inout CaseAssembly) {
        for image in images {
            let known = assembly.images[name]?[.name(image.suffix)] ?? []
            if !known.contains(image.path) {
                assembly.add(image: image.path, of: name, .name(image.suffix))
            }
        }
    }
}

/// A file named as BIDS demands: `sub-01_ses-02_run-1_T1w.nii.gz`.
private struct BIDSFile {
    let path: String
    let stem: String
    /// Pairs such as `sub-01`, by their first half.
    private let entities: [String: String]
    /// The parts behind them: `T1w`, or `T1w` and `dseg`.
    private let suffixes: [String]

    static func all(in folder: (path: String, images: [ImageFileName])) -> [BIDSFile] {
        folder.images.compactMap { BIDSFile($0, in: folder.path) }
    }

    private init?(_ file: ImageFileName, in folder: String) {
        guard file.stem.hasPrefix("sub-") else { return nil }
        path = "\(folder)/\(file.name)"
        stem = file.stem
        var entities: [String: String] = [:]
        var suffixes: [String] = []
        for part in file.stem.split(separator: "_") {
            let pair = part.split(separator: "-", maxSplits: 1).map(String.init)
            if pair.count == 2 {
                entities[pair[0]] = pair[1]
            } else {
                suffixes.append(String(part))
            }
        }
        self.entities = entities
        self.suffixes = suffixes
    }

    /// An image's contrast.
    var suffix: String { suffixes.last ?? "image" }

    var isLabels: Bool {
        suffix != "image" && suffixes.last?.without(NameWords.labels)?.rest == ""
    }

    /// True if it lies in the space of a template, or of another subject.
    var isInTemplate: Bool {
        guard let space = entities["space"]?.lowercased() else { return false }
        return ["mni", "fsaverage", "talairach", "icbm", "oasis"].contains { space.hasPrefix($0) }
    }

    /// Subject and session.
    var session: [String] { ["sub", "ses"].map { entities[$0] ?? "" } }

    /// The name of its case: all but the contrast.
    var identifier: String {
        stem.split(separator: "_").filter { $0.contains("-") }.joined(separator: "_")
    }

    /// The images that a label map belongs to: the one that it is named after, or those that its name does not
    /// contradict.
    func images(among images: [BIDSFile]) -> [BIDSFile] {
        let named = images.filter { stem.hasPrefix($0.stem + "_") }
        if let longest = named.max(by: { $0.stem.count < $1.stem.count }) { return [longest] }
        let contrasts = images.filter { suffixes.contains($0.suffix) }
        return (contrasts.isEmpty ? images : contrasts).filter { image in
            image.entities.allSatisfy { key, value in (entities[key] ?? value) == value }
                && image.datatype == datatype
        }
    }

    /// `anat` in `sub-01/anat`.
    private var datatype: Substring? {
        let folders = path.split(separator: "/").dropLast()
        return folders.last.flatMap { $0.contains("-") ? nil : $0 }
    }
}
