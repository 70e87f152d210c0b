internal import CITK

extension Volume {
    /// Reads the DICOM series in a folder, in which no other series may lie; GDCM decodes the pixels, through ITK.
    ///
    /// Rescale slope and intercept are applied, and the samples have the smallest type that holds the results.
    /// - Throws: ``ImageError`` for a file that is damaged, and for slices that make no regular grid: one is missing,
    ///   two are at one place, they differ in size or orientation, or the gantry was tilted.
    public init(dicomFolder path: String) throws(ImageError) {
        let series = try DICOMSeries(folder: path)
        let types = try series.sampleTypes()
        let type = types.count == 1 ? types[0] : .float64
        let byteCount = series.geometry.voxelCount * type.size
        let buffer = try SampleBuffer.itk(for: path, byteCount: byteCount)
        if types.count == 1 {
            let paths = series.slices.map(\.path)
            try series.check(ITKImage(paths, format: .CITK_DICOM, into: buffer), is: type)
        } else {
            try series.readEach(into: buffer)
        }
        self.init(Samples(buffer, type: type), geometry: series.geometry)
    }
}

extension DICOMSeries {
    /// The types that GDCM gives the samples, which depend on how the values of a slice are scaled.
    fileprivate func sampleTypes() throws(ImageError) -> [SampleType] {
        let samples = Dictionary(slices.map { ($0.encoding, $0) }) { first, _ in first }
        var types: Set<SampleType> = []
        for slice in samples.values { types.insert(try sampleType(of: slice)) }
        return Array(types)
    }

    private func sampleType(of slice: DICOMSlice) throws(ImageError) -> SampleType {
        let image = try ITKImage(slice.path, format: .CITK_DICOM)
        return try naming(slice.path) { () throws(ImageFault) in try image.sampleType() }
    }

    /// The checks of the files hold for GDCM only if it understands the same.
    fileprivate func check(_ image: ITKImage, is type: SampleType) throws(ImageError) {
        let expected = [geometry.size.x, geometry.size.y, 1]
        let size = image.size + Array(repeating: 1, count: max(0, 3 - image.size.count))
        try naming(slices[0].path) { () throws(ImageFault) in
            guard image.components == 1, size == expected, try image.sampleType() == type else {
                throw .header(.ambiguous)
            }
        }
    }

    /// Reads slices whose samples have several types.
    fileprivate func readEach(into buffer: SampleBuffer) throws(ImageError) {
        let all = buffer.bytes.bindMemory(to: Double.self)
        let count = all.count / slices.count
        for (index, slice) in slices.enumerated() {
            let type = try sampleType(of: slice)
            let part = try SampleBuffer.itk(for: slice.path, byteCount: count * type.size)
            try check(ITKImage([slice.path], format: .CITK_DICOM, into: part), is: type)
            let target = all[index * count..<(index + 1) * count]
            Samples(part, type: type).copy(into: UnsafeMutableBufferPointer(rebasing: target))
        }
    }
}

extension Samples {
    fileprivate func copy(into target: UnsafeMutableBufferPointer<Double>) {
        func copy(_ values: UnsafeBufferPointer<some Sample>) {
            for index in values.indices { target[index] = values[index].double }
        }
        switch type {
        case .uint8: withValues(as: UInt8.self) { copy($0) }
        case .int8: withValues(as: Int8.self) { copy($0) }
        case .uint16: withValues(as: UInt16.self) { copy($0) }
        case .int16: withValues(as: Int16.self) { copy($0) }
        case .uint32: withValues(as: UInt32.self) { copy($0) }
        case .int32: withValues(as: Int32.self) { copy($0) }
        case .uint64: withValues(as: UInt64.self) { copy($0) }
        case .int64: withValues(as: Int64.self) { copy($0) }
        case .float32: withValues(as: Float.self) { copy($0) }
        case .float64: withValues(as: Double.self) { copy($0) }
        }
    }
}
