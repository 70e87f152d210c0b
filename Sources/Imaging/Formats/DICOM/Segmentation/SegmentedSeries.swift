internal import SegNASHost

extension DICOMSeries {
    /// Folders above the file's own in which its series is looked for: archives have one for each series of a study.
    private static let levels = 2

    /// The series that a segmentation refers to: in the folder of its file, or the nearest one above that holds it.
    ///
    /// Without a reference it is the only series of images with the same frame of reference.
    init(segmentedBy segmentation: DICOMSegmentation) throws(ImageError) {
        var folder = PathParts(segmentation.path).folder
        for level in 0...Self.levels {
            let paths =
                try level == 0 ? FolderFiles(folder).paths : FolderFiles.paths(around: folder)
            let groups = Self.groups(paths).filter { segmentation.isOf($0) }
            guard groups.count <= 1 else {
                throw segmentation.error(.unclearSeries(groups.map(\.summary)))
            }
            if let group = groups.first {
                try self.init(group, in: folder)
                return
            }
            folder += "/.."
        }
        throw segmentation.error(.seriesElsewhere(segmentation.series))
    }

    /// True if images lie where they are looked for from the file of a segmentation.
    static func isFound(_ images: [String], from path: String) -> Bool {
        var folder = PathParts(path).folder
        for _ in 0..<levels where !images.allSatisfy({ $0.hasPrefix(folder + "/") }) {
            folder = PathParts(folder).folder
        }
        return images.allSatisfy { $0.hasPrefix(folder + "/") }
    }

    /// The series of files; those that cannot be read are left to the reading of the images themselves.
    private static func groups(_ paths: [String]) -> [DICOMGroup] {
        let images = paths.compactMap { path in
            if case .image(let image) = try? DICOMFile(path) { image } else { nil }
        }
        return DICOMGroup.all(images)
    }
}

extension DICOMSegmentation {
    func error(_ fault: DICOMSegmentationFault) -> ImageError {
        ImageError(file: path, fault: .dicom(.segmentation(fault)))
    }

    /// True if these are the images that were segmented, as far as they and the file say it.
    func isOf(_ group: DICOMGroup) -> Bool {
        if let series { return group.isMeant(by: .uid(series)) }
        guard let space = elements.text(.space) ?? elements.spaceOfContours else { return false }
        return group.summary.isStack && group.images.contains { $0.space == space }
    }
}

extension DICOMElements {
    /// The frame of reference of contours, PS3.3 C.8.8.5.
    fileprivate var spaceOfContours: String? {
        let spaces = (try? items(.referencedSpaces))?.compactMap { $0.text(.space) } ?? []
        return Set(spaces).count == 1 ? spaces[0] : nil
    }
}
