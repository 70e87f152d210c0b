internal import CITK
internal import Host

extension Volume {
    /// Reads an NRRD (`.nrrd`, `.nhdr`) or MetaImage (`.mha`, `.mhd`) file through ITK.
    ///
    /// Several components of a voxel become channels, as does a fourth axis. Where the header does not say which way its
    /// space runs, it is taken as ITK's: towards left, posterior and superior.
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds colours,
    ///   complex numbers or tensors.
    public init(itk path: String) throws(ImageError) {
        let bytes = try InputFile(path).head(TextHeader.largestSize)
        let (format, stored) = try naming(path) { () throws(ImageFault) in
            try Self.header(of: bytes, path: path)
        }
        try stored.check()
        self = try naming(path) { () throws(ImageFault) in
            try Volume(ITKImage(path, format: format), stored: stored)
        }
    }

    private static func header(
        of bytes: [UInt8], path: String
    ) throws(ImageFault) -> (citk_format, StoredSamples) {
        guard !Gzip.isGzip(bytes) else { throw .header(.compressedWhole) }
        if NRRDHeader.recognise(bytes) {
            return (.CITK_NRRD, try NRRDHeader(bytes, path: path).samples())
        }
        guard MetaImageHeader.recognise(bytes) else { throw .unknownFormat }
        return (.CITK_META_IMAGE, try MetaImageHeader(bytes, path: path).samples())
    }

    private init(
        _ image: consuming ITKImage, stored: StoredSamples
    ) throws(ImageFault) {
        let type = try image.sampleType()
        let affine = try image.affine()
        let (size, components) = (image.size, image.components)
        // The check of the bytes that are there holds for ITK only if it expects the same.
        guard type == stored.type,
            size.reduce(components, { $0.multipliedReportingOverflow(by: $1).partialValue })
                == stored.shape.reduce(1, *), size.allSatisfy({ $0 > 0 }),
            (size + [components]).sorted().filter({ $0 > 1 })
                == stored.shape.sorted().filter({ $0 > 1 })
        else { throw .header(.ambiguous) }
        var buffer = try SampleBuffer.memory(stored.byteCount)
        try image.read(into: buffer.bytes)
        if components > 1 {
            let sorted = try SampleBuffer.memory(stored.byteCount)
            sorted.separate(buffer, components: components, sampleSize: type.size)
            buffer = sorted
        }
        // Channels come fourth, whatever the number of axes.
        let axes = components > 1 ? size + Array(repeating: 1, count: max(0, 3 - size.count)) : size
        self.init(
            shape: components > 1 ? axes + [components] : axes, affine: affine,
            samples: Samples(buffer, type: type))
    }

}

extension SampleBuffer {
    /// New memory, where the file has no part in what is wrong.
    static func memory(_ byteCount: Int) throws(ImageFault) -> SampleBuffer {
        guard let buffer = SampleBuffer(byteCount: byteCount) else {
            throw .outOfMemory(bytes: byteCount)
        }
        return buffer
    }

    /// Copies samples so that those of one component lie together.
    func separate(_ mixed: SampleBuffer, components: Int, sampleSize: Int) {
        switch sampleSize {
        case 1: separate(mixed, components, as: UInt8.self)
        case 2: separate(mixed, components, as: UInt16.self)
        case 4: separate(mixed, components, as: UInt32.self)
        default: separate(mixed, components, as: UInt64.self)
        }
    }

    private func separate<Word: FixedWidthInteger>(
        _ mixed: SampleBuffer, _ components: Int, as type: Word.Type
    ) {
        let source = mixed.bytes.bindMemory(to: Word.self)
        let target = bytes.bindMemory(to: Word.self)
        let voxels = source.count / components
        for component in 0..<components {
            for voxel in 0..<voxels {
                target[component * voxels + voxel] = source[voxel * components + component]
            }
        }
    }
}
