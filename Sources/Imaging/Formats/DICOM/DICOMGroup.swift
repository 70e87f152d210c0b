/// The images of a series as they lie in a folder, before anything is asked of their places.
struct DICOMGroup {
    var images: [DICOMImage]
    /// True if each image has its own series.
    var isMerged = false

    var summary: DICOMSeriesSummary {
        let first = images[0]
        return DICOMSeriesSummary(
            uid: first.series, number: first.number, name: first.name, modality: first.modality,
            imageCount: images.reduce(0) { $0 + $1.frames }, isStack: isStack)
    }

    func isMeant(by selection: DICOMSelection) -> Bool {
        switch selection {
        case .number(let number): images.contains { $0.number == number }
        case .uid(let uid): images.contains { $0.series == uid }
        }
    }

    /// Images that may belong to a volume.
    var parts: [DICOMImage] {
        images.filter { !$0.isLocalizer && !$0.isCapture }
    }

    /// Images that may have a place.
    var placed: [DICOMImage] { parts.filter { !$0.isPlaceless } }

    /// True if most of the images, two at least, lie parallel; those of which that is not known do not count.
    private var isStack: Bool {
        let parts = placed
        guard parts.reduce(0, { $0 + $1.frames }) > 1 else { return false }
        let slices = parts.flatMap { (try? $0.slices.get()) ?? [] }
        let largest = slices.grouped { $0.isParallel(to: $1) }.map(\.count).max() ?? 0
        return largest * 5 >= slices.count * 4
    }
}

extension DICOMGroup {
    /// Images by their series, in the order of numbers; those of a scan that has a series for each image are one group.
    static func all(_ images: [DICOMImage]) -> [DICOMGroup] {
        let series = Dictionary(grouping: images, by: \.series).values
        let singles = series.filter { $0.count == 1 && $0[0].frames == 1 }.map { $0[0] }
        let scans = Dictionary(grouping: singles, by: \.scan).filter {
            $0.key != nil && $0.value.count >= minMerged && makeGrid($0.value)
        }
        let merged = scans.values.map {
            DICOMGroup(images: $0.sorted { $0.path < $1.path }, isMerged: true)
        }
        let known = Set(merged.flatMap { $0.images.map(\.series) })
        let others = series.filter { !known.contains($0[0].series) }.map { DICOMGroup(images: $0) }
        return (merged + others).sorted {
            ($0.images[0].number ?? .max, $0.images[0].path)
                < ($1.images[0].number ?? .max, $1.images[0].path)
        }
    }

    /// Two images make a regular grid wherever they lie.
    private static let minMerged = 3

    private static func makeGrid(_ images: [DICOMImage]) -> Bool {
        let slices = images.compactMap(\.onlySlice).sortedUpwards
        return slices.count == images.count && (try? DICOMGrid(slices)) != nil
    }
}

extension DICOMImage {
    /// The attributes in which the images of one scan agree; nil if they are unknown.
    fileprivate var scan: [String]? {
        guard let slice = onlySlice, !isLocalizer else { return nil }
        let directions = slice.directions.flatMap { [$0.x, $0.y, $0.z] }
            .map { "\(($0 * 1000).rounded() + 0)" }
        let origins = [study, number.map { "\($0)" }, space, modality].map { $0 ?? "" }
        return origins + ["\(slice.size)"] + directions
    }

    /// The slice of an image with one frame; nil for others, and for damaged ones.
    fileprivate var onlySlice: DICOMSlice? {
        guard let slices = try? slices.get(), slices.count == 1 else { return nil }
        return slices[0]
    }
}

extension DICOMSlice {
    func isParallel(to other: DICOMSlice) -> Bool {
        zip(directions, other.directions).allSatisfy { ($0 - $1).length < 1e-3 }
    }
}

extension [DICOMSlice] {
    /// Slices that are alike, in groups: each is like the first of its group.
    func grouped(by areAlike: (DICOMSlice, DICOMSlice) -> Bool) -> [[DICOMSlice]] {
        reduce(into: []) { groups, slice in
            if let index = groups.firstIndex(where: { areAlike($0[0], slice) }) {
                groups[index].append(slice)
            } else {
                groups.append([slice])
            }
        }
    }
}

/// Series whose slices archives and discs have spread over several folders.
public enum DICOMSpread {
    /// Folders with DICOM files, none of them within another, in groups: those of a group share one volume.
    ///
    /// One Series Instance UID is not enough, since some tools give it to every scan that they make anonymous: the
    /// slices must lie above each other, no two of them in one place. Files that cannot be read are reported when
    /// their folder is read.
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

    /// Images of one series by the volumes that they may be, from the innermost folders outwards: folders beside
    /// each other are taken together before those further away.
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

    /// True if images are parallel slices of one stack, each at a different height.
    private static func lieAboveEachOther(_ images: [DICOMImage]) -> Bool {
        let known = images.compactMap { try? $0.slices.get() }
        let slices = known.flatMap(\.self).sortedUpwards
        guard known.count == images.count, let first = slices.first else { return false }
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
