internal import SegNASHost

extension LayoutReader {
    /// Folders below one that hold images, with their paths relative to the dataset's folder.
    ///
    /// Subject, session and scan are never nested deeper than a few levels.
    func imageFolders(
        below folder: String? = nil, levels: Int = 4
    ) -> [(path: String, images: [ImageFileName])] {
        guard let listing = FolderListing(folder.map(path) ?? self.folder) else { return [] }
        let here = folder.map { [(path: $0, images: listing.images)] } ?? []
        let below =
            levels == 0
            ? []
            : listing.folders.flatMap { name in
                imageFolders(below: folder.map { "\($0)/\(name)" } ?? name, levels: levels - 1)
            }
        return here.filter { !$0.images.isEmpty } + below
    }

    /// Reports folders that cannot be looked into and links that lead nowhere: cases in them would be missed.
    mutating func reportHidden(below folder: String? = nil, levels: Int = 7) {
        guard let listing = FolderListing(folder.map(path) ?? self.folder) else {
            return report(.unlistable, file: folder)
        }
        func place(_ name: String) -> String { folder.map { "\($0)/\(name)" } ?? name }
        for name in listing.others where FileSystem.isDanglingLink(path(place(name))) {
            report(.linkTarget, file: place(name))
        }
        guard levels > 0 else { return }
        for name in listing.folders { reportHidden(below: place(name), levels: levels - 1) }
    }

    /// A folder for each case, as in KiTS, BraTS and ACDC.
    func caseFolders() -> LayoutCandidate? {
        let all = imageFolders()
        // Maps of single structures, or of several readers, beside the label map of a case.
        let inner = all.filter { isNamedAsLabels($0.path) }.map(\.path)
        let folders = all.filter { !inner.contains($0.path) }.map { CaseFolder($0.path, $0.images) }
        let example = folders.first { folder in
            folder.scans.found.contains { $0.label != nil && !$0.images.isEmpty }
        }
        guard let example, let label = example.labels.first, let image = example.images.first else {
            return nil
        }
        let words = "folders such as \(example.path) with \(image.file.name) and \(label.file.name)"
        var recognition = LayoutRecognition(.caseFolders, words)
        if !inner.isEmpty {
            recognition.evidence.append(
                "\(shortened(inner)) \(inner.count == 1 ? "is" : "are") not read")
        }
        return LayoutCandidate(recognition) { reader in
            reader.reportHidden()
            let assembly = reader.assembly(of: folders)
            return reader.plain(assembly)
        }
    }

    private func isNamedAsLabels(_ path: String) -> Bool {
        NameWords.labelFolders.contains(path.split(separator: "/").last?.lowercased() ?? "")
    }

    private mutating func assembly(of folders: [CaseFolder]) -> CaseAssembly {
        let names = shortNames(folders.map(\.path))
        var assembly = CaseAssembly()
        for (folder, name) in zip(folders, names) {
            let (scans, rest) = folder.scans
            for scan in scans {
                let identifier = scan.name.isEmpty ? name : "\(name)_\(scan.name)"
                add(scan, of: identifier, in: folder, &assembly)
            }
            report(rest, of: folder, name, isAlone: scans.isEmpty)
        }
        return assembly
    }

    private mutating func add(
        _ scan: CaseFolder.Scan, of identifier: String, in folder: CaseFolder,
        _ assembly: inout CaseAssembly
    ) {
        if let label = scan.label {
            assembly.add(label: "\(folder.path)/\(label.file.name)", of: identifier)
        }
        // Two label maps of one scan name its images twice.
        guard assembly.images[identifier] == nil else { return }
        guard let channels = scan.channels, !scan.images.isEmpty else {
            let files = scan.images.isEmpty ? folder.images : scan.images
            if files.isEmpty { return }
            assembly.remove(identifier)
            report(
                .unclear(files.map(\.file.name)), file: folder.path, caseIdentifier: identifier)
            return
        }
        for (image, channel) in zip(scan.images, channels) {
            assembly.add(image: "\(folder.path)/\(image.file.name)", of: identifier, channel)
        }
    }

    private mutating func report(
        _ rest: [CaseFolderName], of folder: CaseFolder, _ identifier: String, isAlone: Bool
    ) {
        guard !rest.isEmpty else { return }
        // What is unclear was reported with its label map, or has none.
        guard folder.scans.found.allSatisfy({ !$0.images.isEmpty }), !isAlone else {
            if isAlone {
                report(
                    .unclear(rest.map(\.file.name)), file: folder.path,
                    caseIdentifier: identifier)
            }
            return
        }
        for image in rest {
            report(
                .unread, file: "\(folder.path)/\(image.file.name)", caseIdentifier: identifier)
        }
    }
}

/// Names for folders: the last part of the path where these differ, else all of it.
func shortNames(_ paths: [String]) -> [String] {
    let last = paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return Set(last).count == paths.count ? last : paths.map { $0.replacing("/", with: "_") }
}
