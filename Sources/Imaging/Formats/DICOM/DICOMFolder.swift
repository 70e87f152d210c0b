internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// The DICOM files of a folder and of the folders in it, by series; nothing of their pixels is read.
public struct DICOMFolder {
    public let path: String
    let groups: [DICOMGroup]
    /// Modalities of files without images, empty if one is not named.
    private(set) var documents: [String] = []
    /// Paths of segmentations and structure sets.
    private var segmentations: [String] = []
    /// Paths of files that are not DICOM and of no known kind.
    private(set) var unknown: [String] = []

    /// Reads a folder, of which every file is part of a series, of another known kind, or remarked on.
    ///
    /// - Throws: ``ImageError`` for a folder that cannot be read, and for a damaged file that may belong to any series.
    public init(_ path: String) throws(ImageError) {
        try self.init(path) { error throws(ImageError) in throw error }
    }

    /// Reads a folder, and gives the faults of files that cannot be read to a body, which may throw them.
    ///
    /// - Throws: ``ImageError`` for a folder that cannot be read, and what the body throws.
    public init(
        _ path: String, _ report: (ImageError) throws(ImageError) -> Void
    ) throws(ImageError) {
        self.path = path
        var images: [DICOMImage] = []
        for path in try FolderFiles(path).paths {
            let file: DICOMFile
            do throws(ImageError) {
                file = try DICOMFile(path)
            } catch {
                try report(error)
                continue
            }
            switch file {
            case .image(let image): images.append(image)
            case .document(let modality): documents.append(modality ?? "")
            case .segmentation: segmentations.append(path)
            case .unknown: unknown.append(path)
            case .other: break
            }
        }
        groups = DICOMGroup.all(images)
    }

    /// The endings of names of DICOM files, many of which have none.
    public static let endings = [".dcm", ".ima", ".dicom"]

    /// The series that hold images, in the order of their numbers.
    public var series: [DICOMSeriesSummary] { groups.map(\.summary) }

    /// Series with slices above each other, and the segmentations that refer to them; each with its files.
    public var segmentedSeries: (found: [SegmentedDICOMSeries], faults: [ImageError]) {
        let stacks = groups.filter(\.summary.isStack)
        var found = stacks.map { group in
            SegmentedDICOMSeries(series: group.summary, images: group.images.map(\.path))
        }
        let known = Dictionary(
            grouping: stacks.enumerated().flatMap { index, group in
                Set(group.images.map(\.series)).map { (uid: $0, index: index) }
            }, by: \.uid)
        var faults: [ImageError] = []
        for path in segmentations {
            do throws(ImageError) {
                guard let segmentation = try DICOMSegmentation(contentsOf: path) else { continue }
                let meant =
                    segmentation.series.map { (known[$0] ?? []).map(\.index) }
                    ?? stacks.indices.filter { segmentation.isOf(stacks[$0]) }
                guard let index = meant.first, meant.count == 1,
                    DICOMSeries.isFound(found[index].images, from: path)
                else {
                    let fault: DICOMSegmentationFault =
                        meant.count < 2
                        ? .seriesElsewhere(segmentation.series)
                        : .unclearSeries(meant.map { found[$0].series })
                    throw segmentation.error(fault)
                }
                found[index].segmentations.append(segmentation)
            } catch {
                faults.append(error)
            }
        }
        return (found, faults)
    }
}

/// A series of a folder with the segmentations and structure sets that refer to it.
public struct SegmentedDICOMSeries {
    public let series: DICOMSeriesSummary
    /// Paths of its images.
    public let images: [String]
    public internal(set) var segmentations: [DICOMSegmentation] = []

    init(series: DICOMSeriesSummary, images: [String]) {
        self.series = series
        self.images = images
    }
}

extension DICOMFolder {
    /// The images that are meant: those of a selected series, else of the only one that has slices above each other.
    func group(_ selection: DICOMSelection?) throws(ImageFault) -> DICOMGroup {
        guard !groups.isEmpty else {
            throw .dicom(.noFiles(others: unknown.prefix(3).map { name($0) }))
        }
        guard let selection else { return try onlyGroup() }
        let meant = groups.filter { $0.isMeant(by: selection) }
        if meant.count == 1 { return meant[0] }
        if meant.isEmpty { throw .dicom(.noSuchSeries(selection, series)) }
        throw .dicom(.severalSeries(meant.map(\.summary), of: series))
    }

    private func onlyGroup() throws(ImageFault) -> DICOMGroup {
        let stacks = groups.filter(\.summary.isStack)
        if stacks.count == 1 { return stacks[0] }
        let placed = groups.filter { !$0.placed.isEmpty }
        if stacks.isEmpty, placed.count == 1 { return placed[0] }
        if groups.count == 1 { return groups[0] }
        let found = [stacks, placed, groups].first { !$0.isEmpty } ?? []
        throw .dicom(.severalSeries(found.map(\.summary), of: series))
    }

    /// True if a file is a DICOM image, or one that is damaged and may well have been one.
    public static func isImage(_ path: String) -> Bool {
        do {
            if case .image = try DICOMFile(path) { return true }
            return false
        } catch {
            if case .system = error.fault { return false }
            return true
        }
    }

    /// True if a file is DICOM of any kind, or a damaged one.
    public static func isDICOM(_ path: String) -> Bool {
        (try? DICOMElements(path: path)) != nil
    }

    /// The files of a folder among which its series lie; none if it cannot be read.
    public static func files(in path: String) -> [String] {
        (try? FolderFiles(path))?.paths ?? []
    }

    /// Remarks about what lies beside the images that are read.
    func remarks(beside chosen: DICOMGroup) -> [DICOMRemark] {
        let others = groups.filter { $0.images[0].path != chosen.images[0].path }.map(\.summary)
        var remarks: [DICOMRemark] = []
        if !others.isEmpty { remarks.append(.otherSeries(others, of: series)) }
        if !documents.isEmpty {
            let kinds = Set(documents).subtracting([""]).sorted()
            remarks.append(.documents(documents.count, kinds))
        }
        if !unknown.isEmpty {
            remarks.append(.passedOver(unknown.count, unknown.prefix(3).map { name($0) }))
        }
        return remarks
    }

    /// A file's name within the folder.
    private func name(_ file: String) -> String {
        String(file.dropFirst(path.count).drop { $0 == "/" })
    }
}

/// The files of a folder and of the folders in it, as archives and discs lay out studies.
struct FolderFiles {
    /// Paths, those of one folder in the order of their names; hidden files and folders are left out.
    private(set) var paths: [String] = []
    /// Folders that have been gone through, which a link may lead back to.
    private var known: Set<[UInt64]> = []

    /// A disc holds fewer; who names a whole disk waits for nothing.
    static let maxFiles = 200_000
    private static let maxDepth = 16
    /// Around a file nobody has named a folder, so that no more is looked through.
    private static let maxFilesAround = 20_000
    /// For the folder around a file: its file system, which is not left, and where folders without access are passed
    /// over.
    private var device: UInt64?

    init(_ folder: String) throws(ImageError) {
        try add(folder, depth: 0)
    }

    /// The files of a folder that was not named but lies around one; none if there are too many.
    static func paths(around folder: String) -> [String] {
        var files = FolderFiles(device: status(folder).map { UInt64($0.st_dev) })
        do {
            try files.add(folder, depth: 0)
        } catch {
            return []
        }
        return files.paths
    }

    private init(device: UInt64?) {
        self.device = device
    }

    private mutating func add(_ folder: String, depth: Int) throws(ImageError) {
        guard let status = Self.status(folder), depth <= Self.maxDepth,
            known.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted
        else { return }
        if let device, device != UInt64(status.st_dev) { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            guard device == nil else { return }
            throw ImageError(file: folder, failure: .last)
        }
        guard depth == 0 || !names.contains(FileSystem.predictionRecord) else { return }
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if FileSystem.isFolder(path) {
                try add(path, depth: depth + 1)
            } else {
                paths.append(path)
            }
        }
        let maximum = device == nil ? Self.maxFiles : Self.maxFilesAround
        guard paths.count <= maximum else {
            throw ImageError(file: folder, fault: .dicom(.manyFiles(maximum)))
        }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
