internal import CITK

extension Volume {
    /// Reads the DICOM series in a folder, in which no other series may lie; GDCM decodes the pixels, through ITK.
    ///
    /// Rescale slope and intercept are applied, and the samples have the smallest type that holds the results.
    /// - Throws: ``ImageError`` for a file that is damaged, and for slices that make no regular grid: one is missing,
    ///   two are at one place, they differ in size or orientation, or the gantry was tilted.
    public init(dicomFolder path: String) throws(ImageError) {
        let series = try DICOMSeries(folder: path)
        let type = try series.sampleType()
        let count = series.geometry.voxelCount
        let buffer = try SampleBuffer.memory(for: path, byteCount: count * type.size)
        let size = buffer.bytes.count / series.slices.count
        for (index, slice) in series.slices.enumerated() {
            let part = buffer.bytes[index * size..<(index + 1) * size]
            try slice.read(into: UnsafeMutableRawBufferPointer(rebasing: part), as: type)
        }
        self.init(Samples(buffer, type: type), geometry: series.geometry)
    }
}

extension DICOMSeries {
    /// The type that GDCM gives the samples; 64-bit numbers where it is not the same for all slices.
    fileprivate func sampleType() throws(ImageError) -> SampleType {
        let samples = Dictionary(slices.map { ($0.encoding, $0) }) { first, _ in first }
        var types: Set<SampleType> = []
        for slice in samples.values {
            types.insert(
                try naming(slice.path) { () throws(ImageFault) in
                    try ITKImage(slice.path, format: .CITK_DICOM).sampleType()
                })
        }
        return types.count == 1 ? types.first ?? .float64 : .float64
    }
}

extension DICOMSlice {
    fileprivate func read(
        into memory: UnsafeMutableRawBufferPointer, as type: SampleType
    ) throws(ImageError) {
        try naming(path) { () throws(ImageFault) in
            let image = try ITKImage(path, format: .CITK_DICOM)
            let stored = try image.sampleType()
            guard image.components == 1, image.size.prefix(2).elementsEqual([size.x, size.y]),
                image.size.dropFirst(2).allSatisfy({ $0 == 1 }), stored == type || type == .float64
            else { throw .header(.ambiguous) }
            guard stored != type else { return try image.read(into: memory) }
            let buffer = try SampleBuffer.memory(size.x * size.y * stored.size)
            try image.read(into: buffer.bytes)
            Samples(buffer, type: stored).copy(into: memory.bindMemory(to: Double.self))
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
