/// The images of a series as they lie in a folder, before anything is asked of their places.
struct DICOMGroup {
    var images: [DICOMImage]
    /// Whether each has a series of its own.
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

    /// Images that lie somewhere, as far as is known.
    var placed: [DICOMImage] { parts.filter { !$0.isPlaceless } }

    /// Whether most of the images, two at least, lie parallel; those of which that is not known do not count.
    private var isStack: Bool {
        let parts = placed
        guard parts.reduce(0, { $0 + $1.frames }) > 1 else { return false }
        let slices = parts.compactMap { try? $0.slice.get() }
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
            $0.key != nil && $0.value.count >= fewestMerged && makeGrid($0.value)
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
    private static let fewestMerged = 3

    private static func makeGrid(_ images: [DICOMImage]) -> Bool {
        let slices = images.compactMap { try? $0.slice.get() }.sortedUpwards
        return slices.count == images.count && (try? DICOMGrid(slices)) != nil
    }
}

extension DICOMImage {
    /// What the images of one scan agree in; nil where that cannot be known.
    fileprivate var scan: [String]? {
        guard let slice = try? slice.get(), !isLocalizer else { return nil }
        let directions = slice.directions.flatMap { [$0.x, $0.y, $0.z] }
            .map { "\(($0 * 1000).rounded() + 0)" }
        let origins = [study, number.map { "\($0)" }, space, modality].map { $0 ?? "" }
        return origins + ["\(slice.size)"] + directions
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
