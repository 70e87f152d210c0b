/// A folder that holds the images of one case, or of several scans of a subject, with their label maps.
struct CaseFolder {
    /// Relative to the dataset's folder.
    let path: String
    let labels: [CaseFolderName]
    let images: [CaseFolderName]

    init(_ path: String, _ files: [ImageFileName]) {
        self.path = path
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let parts = files.map { CaseFolderName($0, in: name) }
        labels = parts.filter { $0.role == .label }
        images = parts.filter { $0.role != .label }
    }

    /// A label map and the images that it belongs to, or images without one.
    struct Scan {
        /// Empty where the folder holds one.
        var name: String
        var label: CaseFolderName?
        var images: [CaseFolderName]
    }

    /// The scans of the folder, and images that are part of none.
    var scans: (found: [Scan], rest: [CaseFolderName]) {
        guard !labels.isEmpty else {
            let isOne = images.count == 1 || areChannels(images)
            return isOne ? ([Scan(name: "", label: nil, images: images)], []) : ([], images)
        }
        let images = labels.map { self.images(of: $0) }
        let isAlone = Set(images.map { $0.map(\.file) }).count == 1
        let found = zip(labels, images).map { label, images in
            Scan(name: isAlone ? "" : label.scan, label: label, images: images)
        }
        let used = Set(found.flatMap { $0.images.map(\.file) })
        return (found, self.images.filter { !used.contains($0.file) })
    }

    /// Label maps that go by their names with an image of the folder.
    var companions: Set<ImageFileName> {
        let named = labels.filter { label in
            images.contains { [$0.remainder, $0.scan].contains(label.scan) }
        }
        return Set(named.map(\.file))
    }

    private func images(of label: CaseFolderName) -> [CaseFolderName] {
        if images.count == 1 { return images }
        let named = images.filter { $0.remainder == label.scan }
        if !named.isEmpty, !label.scan.isEmpty { return named }
        let same = images.filter { $0.scan == label.scan && $0.role != .unclear }
        if !same.isEmpty { return same }
        return areChannels(images) ? images : []
    }

    /// Whether all are channels of one scan by their names.
    private func areChannels(_ images: [CaseFolderName]) -> Bool {
        let channels = images.compactMap { image in
            if case .channel(let channel) = image.role { channel } else { nil }
        }
        return Set(channels).count == images.count && Set(images.map(\.scan)).count == 1
    }
}

extension CaseFolder.Scan {
    /// The channel of each image; nil where the names do not tell them apart.
    var channels: [CaseChannel]? {
        if images.count == 1, case .channel(.name(let name)) = images[0].role {
            return [.name(name)]
        }
        if images.count == 1 { return [.whole] }
        let channels = images.compactMap { image in
            if case .channel(let channel) = image.role { channel } else { nil }
        }
        return Set(channels).count == images.count ? channels : nil
    }
}
