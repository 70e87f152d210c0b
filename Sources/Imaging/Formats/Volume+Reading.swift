internal import Glibc

extension Volume {
    /// Reads an image file, or the DICOM series in a folder; its content decides what it is, not its name alone.
    ///
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds something else
    ///   than a real image with a place in space: nothing is repaired silently.
    public init(contentsOf path: String) throws(ImageError) {
        if isFolder(path) {
            try self.init(dicomFolder: path)
            return
        }
        // A file of samples without a header says nothing itself; its name leads to the header.
        let header = try naming(path) { () throws(ImageFault) in
            try NIfTIPair.header(ofSamples: path)
        }
        let content = try ImageContent(header ?? path)
        switch ImageFormat(content.head) {
        case .nifti1, .nifti2, .analyze: self = try Volume(nifti: content)
        case .mgh: self = try Volume(mgh: content)
        case .nrrd, .metaImage: try self.init(itk: path)
        case .dicom: throw ImageError(file: path, fault: .dicom(.singleFile))
        case nil: throw ImageError(file: path, fault: .unrecognised(content.head))
        }
    }
}

/// The formats of image files.
public enum ImageFormat: String, Sendable {
    case nifti1, nifti2, analyze, mgh, nrrd, metaImage, dicom
}

extension ImageFormat {
    /// The format of a file's first bytes, decompressed.
    init?(_ head: [UInt8]) {
        let others: [(ImageFormat, ([UInt8]) -> Bool)] = [
            (.mgh, MGHHeader.recognise), (.nrrd, NRRDHeader.recognise),
            (.metaImage, MetaImageHeader.recognise), (.dicom, DICOMElements.recognise),
        ]
        if let (format, _) = others.first(where: { $0.1(head) }) {
            self = format
            return
        }
        switch NIfTIHeader.recognise(head)?.version {
        case .nifti1: self = .nifti1
        case .nifti2: self = .nifti2
        case .analyze: self = .analyze
        case nil: return nil
        }
    }
}

private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

extension ImageFault {
    /// Why a file's content is no image: some compressed files are worth a better word.
    static func unrecognised(_ head: [UInt8]) -> ImageFault {
        let methods: [(start: [UInt8], name: String)] = [
            (Array("BZh".utf8), "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), (Array("PK\u{3}\u{4}".utf8), "zip"),
        ]
        let method = methods.first { head.starts(with: $0.start) }
        return method.map { .compressed(with: $0.name) } ?? .unknownFormat
    }
}
