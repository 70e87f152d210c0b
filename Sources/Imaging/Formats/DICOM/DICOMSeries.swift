internal import SegNASHost

/// The images of one series in the order of their places, on a regular grid.
struct DICOMSeries {
    var slices: [DICOMSlice]
    var geometry: Geometry
    /// What a user should know of how the volume was put together.
    var remarks: [DICOMRemark]

    /// The series in a folder that is selected, or that is the only one of slices above each other.
    ///
    /// - Throws: ``ImageError`` for several such series, for slices that make no regular grid, and for damaged files.
    init(folder path: String, _ selection: DICOMSelection? = nil) throws(ImageError) {
        let folder = try DICOMFolder(path)
        let group = try naming(path) { () throws(ImageFault) in try folder.group(selection) }
        try self.init(group, in: path)
        remarks += folder.remarks(beside: group)
    }

    private init(_ group: DICOMGroup, in folder: String) throws(ImageError) {
        let images = group.parts.isEmpty ? group.images : group.parts
        remarks = DICOMRemark.all(group, read: images)
        var slices: [DICOMSlice] = []
        for image in images {
            slices.append(
                try naming(image.path) { () throws(ImageFault) in try image.slice.get() })
        }
        try Self.checkAreAlike(slices)
        slices = slices.sortedUpwards
        let places = DICOMPlaces(slices, images: images)
        self.slices = try places.single(in: folder)
        if let copy = places.copies.first {
            remarks.append(.copies(places.copies.count, PathParts(copy).name))
        }
        let grid = try DICOMGrid(self.slices)
        geometry = grid.geometry
        remarks += grid.remarks
        let excessive = self.slices.count(where: \.hasExcess)
        if excessive > 0 { remarks.append(.excess(excessive)) }
    }

    /// Slices must be like most of their series.
    private static func checkAreAlike(_ slices: [DICOMSlice]) throws(ImageError) {
        let groups = slices.grouped { $0.difference(from: $1) == nil }
        guard groups.count > 1, let usual = groups.max(by: { $0.count < $1.count })?.first else {
            return
        }
        let others = slices.filter { $0.difference(from: usual) != nil }
        guard let other = others.first, let attribute = other.difference(from: usual) else {
            return
        }
        throw ImageError(
            file: other.path,
            fault: .dicom(.differs(in: attribute, count: others.count, of: slices.count)))
    }
}

extension DICOMSlice {
    /// What keeps two slices from being parts of one volume.
    fileprivate func difference(from other: DICOMSlice) -> String? {
        let spacings = spacing - other.spacing
        if size != other.size { return "size" }
        if max(spacings.max(), -spacings.min()) >= 1e-4 { return "pixel spacing" }
        if !isParallel(to: other) { return "orientation" }
        return encoding.isScaled == other.encoding.isScaled ? nil : "having a Rescale Slope"
    }
}

extension [DICOMSlice] {
    /// In the order of their places along the normal, and of their files where these are the same.
    var sortedUpwards: [DICOMSlice] {
        guard let normal = first?.normal else { return self }
        return sorted {
            (($0.position * normal).sum(), $0.path) < (($1.position * normal).sum(), $1.path)
        }
    }
}
