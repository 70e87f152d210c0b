internal import Glibc
internal import SegNASHost

/// A whole image file: its volume, and what else is to be known of it.
public struct ImageFile: Sendable {
    public var volume: Volume
    public var format: ImageFormat
    /// Remarks that a user of the image should know, though nothing is wrong.
    public var remarks: [ImageRemark] = []
    /// The structures that the file names, where it is a label map that does.
    public var labelNames: LabelNames?

    /// Reads an image file, or the DICOM series in a folder; its content decides what it is, not its name alone.
    ///
    /// A DICOM file with several frames is an image; one with a single slice is not, but its folder is. A DICOM
    /// segmentation or structure set is read as the label map of the series that it refers to, which lies in its folder
    /// or up to two folders above.
    ///
    /// - Parameters:
    ///   - path: A file, or a folder of DICOM files.
    ///   - series: The series that is meant of a folder with several.
    ///   - values: The values that the structures of a DICOM segmentation get, by their names, of which others are left
    ///     out; nil for all, with the numbers of the file. Nothing to other files.
    /// - Throws: ``ImageError``, as ``Volume/init(contentsOf:series:)`` does.
    public init(
        contentsOf path: String, series: DICOMSelection? = nil, values: LabelNames? = nil
    ) throws(ImageError) {
        if FileSystem.isFolder(path) {
            if let other = imageFolder(path) {
                throw ImageError(file: path, fault: .standIn(other))
            }
            format = .dicom
            (volume, remarks) = try DICOMSeries(contentsOf: path, series).read()
            return
        }
        // A file of samples without a header says nothing itself; its name leads to the header.
        let header = try naming(path) { () throws(ImageFault) in
            try NIfTIPair.header(ofSamples: path)
        }
        let content = try ImageContent(header ?? path)
        guard let format = ImageFormat(content.head) else {
            throw ImageError(file: path, fault: .unrecognised(content.head))
        }
        self.format = format
        switch format {
        case .nifti1, .nifti2, .analyze:
            (volume, remarks) = try NIfTIHeader.read(content)
            labelNames = try NIfTIHeader.labelNames(content)
        case .mgh: (volume, remarks) = try MGHHeader.read(content)
        case .nrrd, .metaImage:
            let image = try StoredImage(contentsOf: path)
            (volume, remarks) = (try image.volume(), image.remarks)
            labelNames = image.labelNames
        case .dicom:
            if let segmentation = try DICOMSegmentation(contentsOf: path) {
                (volume, labelNames, remarks) = try segmentation.read(values)
            } else {
                (volume, remarks) = try DICOMSeries(contentsOf: path, series).read()
            }
        }
        if let remark = ImageRemark(spacingOf: volume.geometry) { remarks.append(remark) }
    }
}

private let endings = [
    ".nii", ".nii.gz", ".hdr", ".img", ".mgh", ".mgz", ".nrrd", ".nhdr", ".mha", ".mhd",
]

/// The stand-in that a folder with the name of an image file is, if it holds one, or nothing; nil for other folders.
private func imageFolder(_ path: String) -> StandIn? {
    func isImage(_ name: String) -> Bool { endings.contains { name.lowercased().hasSuffix($0) } }
    // The name of the folder itself, also where the path ends with a slash.
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    guard isImage(name), let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        names.append(
            withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
    let visible = names.filter { !$0.hasPrefix(".") }.sorted()
    guard !visible.isEmpty else { return .folder(holding: nil) }
    return visible.first(where: isImage).map { .folder(holding: $0) }
}

/// The formats of image files.
public enum ImageFormat: String, Codable, Sendable {
    case nifti1 = "NIfTI-1"
    case nifti2 = "NIfTI-2"
    case analyze = "Analyze 7.5"
    case mgh = "MGH"
    case nrrd = "NRRD"
    case metaImage = "MetaImage"
    case dicom = "DICOM"
}

extension ImageFormat {
    /// The format of a file's first bytes, decompressed.
    init?(_ head: [UInt8]) {
        let others: [(ImageFormat, ([UInt8]) -> Bool)] = [
            (.mgh, MGHHeader.recognise), (.nrrd, NRRDHeader.recognise),
            (.metaImage, MetaImageHeader.recognise), (.dicom, { DICOMStart($0) != nil }),
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

extension ImageFault {
    /// The fault of content that is not an image; compressed files are recognised.
    static func unrecognised(_ head: [UInt8]) -> ImageFault {
        let methods: [(start: [UInt8], name: String)] = [
            ([0x1F, 0x8B], "gzip twice"), (Array("BZh".utf8), "bzip2"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), (Array("PK\u{3}\u{4}".utf8), "zip"),
            ([0x37, 0x7A, 0xBC, 0xAF], "7z"), (Array("Rar!".utf8), "rar"),
            ([0x04, 0x22, 0x4D, 0x18], "lz4"),
        ]
        let method = methods.first { head.starts(with: $0.start) }
        if let method { return .compressed(with: method.name) }
        return StandIn(head).map { .standIn($0) } ?? .unknownFormat
    }
}

extension Volume {
    /// Reads an image file, or the DICOM series in a folder; its content decides what it is, not its name alone.
    ///
    /// The selected series of a folder with several is read.
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds something else
    ///   than a real image with a place in space: nothing is repaired silently.
    public init(contentsOf path: String, series: DICOMSelection? = nil) throws(ImageError) {
        self = try ImageFile(contentsOf: path, series: series).volume
    }
}
