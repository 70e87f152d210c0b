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
        let most = max(1, (64 << 20) / byteCount)
        for start in stride(from: run.startIndex, to: run.endIndex, by: most) {
            let part = run[start..<min(start + most, run.endIndex)]
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
    /// Whether the pixels of two slices can be read in one go.
    fileprivate func isStored(as other: DICOMSlice) -> Bool {
        (compression == nil) == (other.compression == nil)
            && encoding.bitsAllocated == other.encoding.bitsAllocated
            && encoding.isSigned == other.encoding.isSigned
    }
}
