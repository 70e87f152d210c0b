extension LayoutReader {
    /// Cases of a folder of images and one of label maps, matched by their names; nil after faults.
    ///
    /// Folders are relative to the dataset's.
    mutating func assembly(images imageFolder: String, labels labelFolder: String) -> CaseAssembly?
    {
        let images = imageNames(in: imageFolder)
        let labels = imageNames(in: labelFolder)
        guard let images, let labels else { return nil }
        if images.isEmpty, let inner = FolderListing(path(imageFolder))?.folders.first {
            report(
                .unrecognised(
                    hint:
                        "\(imageFolder) holds folders such as \(inner), and no images: put them into "
                        + "\(imageFolder) itself, and label maps into \(labelFolder)"))
            return nil
        }
        return assembly(images, in: imageFolder, labels, in: labelFolder)
    }

    /// Cases of images and label maps with these names; folders are nil for the dataset's own.
    mutating func assembly(
        _ images: [ImageFileName], in imageFolder: String?, _ labels: [ImageFileName],
        in labelFolder: String?
    ) -> CaseAssembly {
        let pairing = NamePairing(images: images, labels: labels)
        var assembly = CaseAssembly()
        for image in images {
            let (identifier, channel) = pairing.identifier(ofImage: image)
            assembly.add(image: joined(imageFolder, image.name), of: identifier, channel)
        }
        for label in labels {
            assembly.add(
                label: joined(labelFolder, label.name), of: pairing.identifier(ofLabel: label))
        }
        reportStrayChannels(of: images, in: imageFolder, &assembly)
        if imageFolder != labelFolder, let example = pairing.example(unlike: true) {
            note("names are paired as \(example)")
        }
        return assembly
    }

    /// Channels beside one that has a label map of its very name would be read by nobody.
    private mutating func reportStrayChannels(
        of images: [ImageFileName], in folder: String?, _ assembly: inout CaseAssembly
    ) {
        let numbered = NumberedChannels(images).cases.sorted { $0.key < $1.key }
        for (identifier, files) in numbered where assembly.images[identifier] == nil {
            guard let first = files[0], let label = assembly.labels[first.stem]?.first else {
                continue
            }
            let others = files.filter { $0.key != 0 }.sorted { $0.key < $1.key }.map(\.value)
            report(
                .channelUnread(others.map { joined(folder, $0.name) }, label: label),
                file: joined(folder, first.name), caseIdentifier: first.stem)
            for other in others { assembly.remove(other.stem) }
        }
    }

    private func joined(_ folder: String?, _ name: String) -> String {
        folder.map { "\($0)/\(name)" } ?? name
    }

    /// The images of a folder of the dataset; nil after a fault.
    mutating func imageNames(in name: String) -> [ImageFileName]? {
        if let images = ImageFileName.all(in: path(name)) { return images }
        report(.missing, file: name)
        return nil
    }
}
