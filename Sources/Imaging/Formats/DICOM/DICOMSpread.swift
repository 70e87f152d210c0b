/// Series whose slices archives and discs have spread over several folders.
public enum DICOMSpread {
    /// Folders with DICOM files, none of them within another, in groups: those of a group share one volume.
    ///
    /// One Series Instance UID is not enough, since some tools give it to every scan that they make anonymous: the slices
    /// must lie above each other, no two of them in one place. Files that cannot be read are told when their folder is.
    public static func groups(of folders: [String]) -> [[String]] {
        guard folders.count > 1 else { return folders.map { [$0] } }
        var owners: [String: Int] = [:]
        var images: [DICOMImage] = []
        for (index, folder) in folders.enumerated() {
            for file in DICOMFolder.files(in: folder) {
                guard case .image(let image)? = try? DICOMFile(file) else { continue }
                owners[file] = index
                images.append(image)
            }
        }
        var groups = folders.indices.map { Set([$0]) }
        for series in DICOMGroup.all(images) {
            for volume in volumes(series.placed, at: 0) {
                let parts = Set(volume.compactMap { owners[$0.path] })
                let touched = groups.filter { !$0.isDisjoint(with: parts) }
                groups = groups.filter { $0.isDisjoint(with: parts) }
                groups.append(touched.reduce(parts) { $0.union($1) })
            }
        }
        return groups.map { $0.sorted() }.sorted { $0[0] < $1[0] }.map { $0.map { folders[$0] } }
    }

    /// Images of one series by the volumes that they may be, from the innermost folders outwards: folders beside each other
    /// are taken together before those further away.
    private static func volumes(_ images: [DICOMImage], at depth: Int) -> [[DICOMImage]] {
        let inner = Dictionary(grouping: images) { image in
            let folders = image.path.split(separator: "/").dropLast()
            return folders.dropFirst(depth).first
        }
        let parts = inner.flatMap { name, images in
            name == nil ? [images] : volumes(images, at: depth + 1)
        }
        let inOrder = parts.sorted { ($0.first?.path ?? "") < ($1.first?.path ?? "") }
        return inOrder.reduce(into: []) { volumes, part in
            if let other = volumes.firstIndex(where: { lieAboveEachOther($0 + part) }) {
                volumes[other] += part
            } else {
                volumes.append(part)
            }
        }
    }

    /// Whether images are parallel slices of one stack, each at a height of its own.
    private static func lieAboveEachOther(_ images: [DICOMImage]) -> Bool {
        let slices = images.compactMap { try? $0.slice.get() }.sortedUpwards
        guard slices.count == images.count, let first = slices.first else { return false }
        let normal = first.normal
        let places = slices.map { slice in
            let way = slice.position - first.position
            let height = (way * normal).sum()
            return (height: height, aside: (way - normal * height).length)
        }
        return slices.allSatisfy { $0.size == first.size && $0.isParallel(to: first) }
            && places.allSatisfy { $0.aside <= 0.5 * first.spacing.min() }
            && zip(places, places.dropFirst()).allSatisfy { $1.height - $0.height > 1e-3 }
    }
}
