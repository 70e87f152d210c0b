internal import SegNASHost

/// The images of one series in the order of their places, on a regular grid.
struct DICOMSeries {
    var slices: [DICOMSlice]
    var geometry: Geometry
    /// Remarks about how the volume was assembled.
    var remarks: [DICOMRemark]

    /// The series in a folder that is selected, or that is the only one of slices above each other; or the frames of a
    /// file that holds several.
    ///
    /// - Throws: ``ImageError`` for several such series, for slices that make no regular grid, for damaged files, and
    ///   for a file with one image.
    init(contentsOf path: String, _ selection: DICOMSelection? = nil) throws(ImageError) {
        guard FileSystem.isFolder(path) else {
            try self.init(file: path, selection)
            return
        }
        let folder = try DICOMFolder(path)
        let group = try naming(path) { () throws(ImageFault) in try folder.group(selection) }
        try self.init(group, in: path)
        remarks += folder.remarks(beside: group)
    }

    private init(file path: String, _ selection: DICOMSelection?) throws(ImageError) {
        guard case .image(let image) = try DICOMFile(path), image.frames > 1 else {
            throw ImageError(file: path, fault: .dicom(.singleFile))
        }
        let group = DICOMGroup(images: [image])
        if let selection, !group.isMeant(by: selection) {
            throw ImageError(file: path, fault: .dicom(.noSuchSeries(selection, [group.summary])))
        }
        try self.init(group, in: path)
    }

    init(_ group: DICOMGroup, in folder: String) throws(ImageError) {
        let images = group.parts.isEmpty ? group.images : group.parts
        remarks = DICOMRemark.all(group, read: images)
        var slices: [DICOMSlice] = []
        for image in images {
            slices += try naming(image.path) { () throws(ImageFault) in try image.slices.get() }
        }
        try Self.checkAreAlike(slices)
        slices = slices.sortedUpwards
        let places = DICOMPositions(slices)
        self.slices = try places.single(in: folder)
        if let copy = places.copies.first {
            remarks.append(.copies(places.copies.count, copy))
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
    /// The attribute that keeps two slices from being parts of one volume.
    fileprivate func difference(from other: DICOMSlice) -> String? {
        let spacings = spacing - other.spacing
        if size != other.size { return "size" }
        if max(spacings.max(), -spacings.min()) >= 1e-4 { return "pixel spacing" }
        if !isParallel(to: other) { return "orientation" }
        if let patient, let others = other.patient, patient != others { return "Patient ID" }
        return encoding.isScaled == other.encoding.isScaled ? nil : "having a Rescale Slope"
    }
}

extension [DICOMSlice] {
    /// The slices sorted by their places along the normal, then by their files and frames.
    var sortedUpwards: [DICOMSlice] {
        guard let normal = first?.normal else { return self }
        func place(_ slice: DICOMSlice) -> (Double, String, Int) {
            ((slice.position * normal).sum(), slice.path, slice.frame ?? 0)
        }
        return sorted { place($0) < place($1) }
    }
}

extension DICOMSeries {
    /// The values of all slices, scaled as their files say, in the smallest type that holds them, and the remarks.
    ///
    /// GDCM decompresses pixels that are compressed; all others are read here.
    func read() throws(ImageError) -> (Volume, [ImageRemark]) {
        let type = Set(slices.map(\.encoding)).sampleType
        let count = geometry.size.x * geometry.size.y * type.size
        let byteCount = slices.count * count
        guard let buffer = SampleBuffer(byteCount: byteCount) else {
            throw ImageError(file: slices[0].path, fault: .outOfMemory(bytes: byteCount))
        }
        var withOtherBits = 0
        try forEachSlice { index, stored in
            let part = UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[index * count..<(index + 1) * count])
            let hasOthers = slices[index].encoding.decode(stored, into: part, as: type)
            withOtherBits += hasOthers ? 1 : 0
        }
        let remarks = remarks + (withOtherBits > 0 ? [.otherBits(withOtherBits)] : [])
        let volume = Volume(Samples(buffer, type: type), geometry: geometry)
        return (volume, remarks.map { .dicom($0) })
    }

    /// Calls a body with the pixels of each slice as they are stored, which are valid in it only.
    private func forEachSlice(
        _ body: (_ index: Int, _ stored: UnsafeRawBufferPointer) -> Void
    ) throws(ImageError) {
        var start = 0
        while start < slices.count {
            let run = slices[start...].prefix { $0.isStored(as: slices[start]) }
            if slices[start].compression == nil {
                try readPlain(run, body)
            } else {
                try decompress(run, body)
            }
            start = run.endIndex
        }
    }

    private func readPlain(
        _ run: ArraySlice<DICOMSlice>, _ body: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(ImageError) {
        let byteCount = slices[run.startIndex].byteCount
        let room = try SampleBuffer.memory(for: slices[run.startIndex].path, byteCount: byteCount)
        for (index, slice) in zip(run.indices, run) {
            try InputFile(slice.path).read(into: room.bytes, from: slice.pixels.lowerBound)
            body(index, UnsafeRawBufferPointer(room.bytes))
        }
    }

    /// Decompresses some slices at a time, for each time takes a process, and all at once take memory.
    private func decompress(
        _ run: ArraySlice<DICOMSlice>, _ body: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(ImageError) {
        let byteCount = slices[run.startIndex].byteCount
        let maximum = max(1, (64 << 20) / byteCount)
        for start in stride(from: run.startIndex, to: run.endIndex, by: maximum) {
            let part = run[start..<min(start + maximum, run.endIndex)]
            let pixels = try DICOMStream.decompress(Array(part))
            for (index, offset) in zip(part.indices, part.indices.map { ($0 - start) * byteCount })
            {
                body(
                    index,
                    UnsafeRawBufferPointer(rebasing: pixels.bytes[offset..<offset + byteCount]))
            }
        }
    }
}

extension DICOMSlice {
    /// True if the pixels of two slices can be read in one go.
    fileprivate func isStored(as other: DICOMSlice) -> Bool {
        (compression == nil) == (other.compression == nil)
            && encoding.bitsAllocated == other.encoding.bitsAllocated
            && encoding.isSigned == other.encoding.isSigned
    }
}
