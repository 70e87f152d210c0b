internal import CITK

extension Volume {
    /// Reads an NRRD (`.nrrd`, `.nhdr`) or MetaImage (`.mha`, `.mhd`) file, whose header ITK understands.
    ///
    /// The samples are read here: ITK gives zeros, and no error, for some that are damaged or stored unusually.
    /// Several components of a voxel become channels, as does a fourth axis. Where the header does not say which way its
    /// space runs, it is taken as ITK's: towards left, posterior and superior.
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds colours,
    ///   complex numbers or tensors.
    public init(itk path: String) throws(ImageError) {
        let bytes = try InputFile(path).head(TextHeader.largestSize)
        let (format, stored) = try naming(path) { () throws(ImageFault) in
            try Self.header(of: bytes, path: path)
        }
        let buffer = try stored.read()
        let image = try ITKImage(path, format: format)
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
        guard type == stored.type, image.size == stored.size, image.components == stored.components
        else { throw .header(.ambiguous) }
        let affine = try image.affine()
        guard let axis = stored.componentAxis else {
            self.init(shape: image.size, affine: affine, samples: Samples(buffer, type: type))
            return
        }
        // Channels come fourth, whatever the number of axes.
        let axes = image.size + Array(repeating: 1, count: max(0, 3 - image.size.count))
        self.init(
            shape: axes + [image.components], affine: affine,
            samples: Samples(
                try buffer.movingLast(axis: axis, of: stored.shape, sampleSize: type.size),
                type: type))
    }
}

extension SampleBuffer {
    /// The samples of an array whose axis is moved behind all others.
    fileprivate func movingLast(
        axis: Int, of shape: [Int], sampleSize: Int
    ) throws(ImageFault) -> SampleBuffer {
        let inner = shape[..<axis].reduce(1, *)
        let outer = shape[(axis + 1)...].reduce(1, *)
        guard outer > 1 else { return self }
        guard let target = SampleBuffer(byteCount: bytes.count) else {
            throw .outOfMemory(bytes: bytes.count)
        }
        let lengths = (inner, shape[axis], outer)
        switch sampleSize {
        case 1: move(into: target, lengths, as: UInt8.self)
        case 2: move(into: target, lengths, as: UInt16.self)
        case 4: move(into: target, lengths, as: UInt32.self)
        default: move(into: target, lengths, as: UInt64.self)
        }
        return target
    }

    private func move<Word: FixedWidthInteger>(
        into target: SampleBuffer, _ lengths: (inner: Int, components: Int, outer: Int),
        as type: Word.Type
    ) {
        let mixed = bytes.bindMemory(to: Word.self)
        let sorted = target.bytes.bindMemory(to: Word.self)
        let (inner, components, outer) = lengths
        for component in 0..<components {
            for row in 0..<outer {
                let from = (row * components + component) * inner
                let to = (component * outer + row) * inner
                for index in 0..<inner { sorted[to + index] = mixed[from + index] }
            }
        }
    }
}
