internal import SegNASImaging

extension LayoutReader {
    /// A sentence that says what is there instead of a dataset, and how to make one of it, with the user's names.
    func hint() -> String {
        guard let listing = FolderListing(folder) else { return "it cannot be read" }
        return outerHint() ?? innerHint(listing) ?? folderHint(listing) ?? fileHint(listing)
            ?? contents(listing)
    }

    /// The hint for a folder one level too deep.
    private func outerHint() -> String? {
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        let parent = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
        let inner: Set<String> = ["imagestr", "labelstr", "imagests", "images", "labels"]
        guard let name = parts.last, inner.contains(name.lowercased()), !parent.isEmpty,
            LayoutReader(folder: parent, threads: threads).candidate() != nil
        else { return nil }
        return "it is a part of one; name \(parent)"
    }

    /// The hint for a folder one level too high.
    private func innerHint(_ listing: FolderListing) -> String? {
        let found = listing.folders.prefix(100).filter { name in
            LayoutReader(folder: path(name), threads: threads).candidate() != nil
        }
        guard let first = found.first else { return nil }
        return found.count == 1
            ? "it holds one; name \(path(first))"
            : "it holds \(found.count); name one of them, such as \(path(first))"
    }

    /// The hint for a pair with a missing folder, or for subjects without label maps.
    private func folderHint(_ listing: FolderListing) -> String? {
        let pairs = [("imagesTr", "labelsTr"), ("images", "labels")]
        for (images, labels) in pairs where isFolder(images) != isFolder(labels) {
            let (there, missing) = isFolder(images) ? (images, labels) : (labels, images)
            guard let file = FolderListing(path(there))?.images.first else { continue }
            let stem = file.channel?.identifier ?? file.stem
            return
                "\(there) is there, and \(missing) is missing: put \(stem)\(file.ending) into it"
        }
        if let subject = listing.folders.first(where: { $0.hasPrefix("sub-") }) {
            return """
                it looks like BIDS, and no label map ends with _dseg, _seg or _mask: put them into \
                derivatives/labels/\(subject)/anat
                """
        }
        guard let folder = imageFolders().first, let file = folder.images.first else { return nil }
        let inner = (FolderListing(path(folder.path))?.folders ?? []).first {
            NameWords.labelFolders.contains($0.lowercased())
        }
        if let inner {
            return """
                \(folder.path)/\(inner) is no label map of \(file.name): put one into \(folder.path), with a value \
                for each structure, as label\(file.ending)
                """
        }
        return """
            \(folder.path) holds \(shortened(folder.images.map(\.name))), and no name says which is a label map: \
            name it \(file.stem)_seg\(file.ending)
            """
    }

    /// The hint for images without label maps.
    private func fileHint(_ listing: FolderListing) -> String? {
        guard let file = listing.images.first else { return nil }
        return """
            it holds \(shortened(listing.images.map(\.name))), and no label map by its name: put images into images \
            and label maps into labels, both as \(file.name), or name the label map \(file.stem)_seg\(file.ending)
            """
    }

    private func contents(_ listing: FolderListing) -> String {
        let names = listing.folders + listing.others
        if let series = ([""] + listing.folders).first(where: holdsSeries) {
            let place = series.isEmpty ? folder : path(series)
            return """
                \(place) holds a DICOM series, and no segmentation (SEG or RTSTRUCT) of a series lies with them: put \
                one into the folder of each series, or convert series to .nii.gz and add label maps
                """
        }
        return names.isEmpty ? "it is empty" : "it holds \(shortened(names)), and no image"
    }
    private func holdsSeries(_ name: String) -> Bool {
        let place = name.isEmpty ? folder : path(name)
        return (FolderListing(place)?.others ?? []).prefix(3).contains {
            DICOMFolder.isImage("\(place)/\($0)")
        }
    }
}
