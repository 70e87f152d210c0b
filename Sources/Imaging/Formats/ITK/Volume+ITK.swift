internal import CITK

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
        let buffer = try SampleBuffer.itk(for: path, byteCount: stored.byteCount)
        let image = try ITKImage([path], format: format, into: buffer)
        self = try naming(path) { () throws(ImageFault) in
            try Volume(buffer, image: image, stored: stored)
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
        _ buffer: SampleBuffer, image: ITKImage, stored: StoredSamples
    ) throws(ImageFault) {
        let type = try image.sampleType()
        let (size, components) = (image.size, image.components)
        func lengths(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 }.sorted() }
        // The check of the bytes that are there holds for ITK only if it understands the same.
        guard type == stored.type, lengths(size + [components]) == lengths(stored.shape) else {
            throw .header(.ambiguous)
        }
        let affine = try image.affine()
        guard components > 1 else {
            self.init(shape: size, affine: affine, samples: Samples(buffer, type: type))
            return
        }
        let sorted = try buffer.separated(components: components, sampleSize: type.size)
        // Channels come fourth, whatever the number of axes.
        let axes = size + Array(repeating: 1, count: max(0, 3 - size.count))
        self.init(shape: axes + [components], affine: affine, samples: Samples(sorted, type: type))
    }
}

extension SampleBuffer {
    /// A copy in which the samples of one component lie together.
    fileprivate func separated(components: Int, sampleSize: Int) throws(ImageFault) -> SampleBuffer
    {
        guard let target = SampleBuffer(byteCount: bytes.count) else {
            throw .outOfMemory(bytes: bytes.count)
        }
        switch sampleSize {
        case 1: separate(into: target, components, as: UInt8.self)
        case 2: separate(into: target, components, as: UInt16.self)
        case 4: separate(into: target, components, as: UInt32.self)
        default: separate(into: target, components, as: UInt64.self)
        }
        return target
    }

    private func separate<Word: FixedWidthInteger>(
        into target: SampleBuffer, _ components: Int, as type: Word.Type
    ) {
        let mixed = bytes.bindMemory(to: Word.self)
        let sorted = target.bytes.bindMemory(to: Word.self)
        let voxels = mixed.count / components
        for component in 0..<components {
            for voxel in 0..<voxels {
                sorted[component * voxels + voxel] = mixed[voxel * components + component]
            }
        }
    }
}
