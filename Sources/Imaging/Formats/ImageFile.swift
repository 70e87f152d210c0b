internal import Glibc
internal import SegNASHost

/// A whole image file: its volume, and what else is to be known of it.
public struct ImageFile: Sendable {
    public var volume: Volume
    public var format: ImageFormat
    /// What a user of the image should know, though nothing is wrong.
    public var remarks: [ImageRemark] = []
    /// The structures that the file names, where it is a label map that does.
    public var labelNames: LabelNames?

    /// Reads an image file, or the DICOM series in a folder; its content decides what it is, not its name alone.
    ///
    /// Of folders with several series the selected one is read.
    /// - Throws: ``ImageError``, as ``Volume/init(contentsOf:series:)`` does.
    public init(contentsOf path: String, series: DICOMSelection? = nil) throws(ImageError) {
        if FileSystem.isFolder(path) {
            if let other = imageFolder(path) {
                throw ImageError(file: path, fault: .standIn(other))
            }
            format = .dicom
            (volume, remarks) = try DICOMSeries(folder: path, series).read()
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
        case .dicom: throw ImageError(file: path, fault: .dicom(.singleFile))
        }
        if let remark = ImageRemark(spacingOf: volume.geometry) { remarks.append(remark) }
    }
}

private let endings = [
    ".nii", ".nii.gz", ".hdr", ".img", ".mgh", ".mgz", ".nrrd", ".nhdr", ".mha", ".mhd",
]

/// What a folder is that has the name of an image file and holds one, or nothing; nil for other folders.
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
