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
        if FolderFiles.isFolder(path) {
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
    }
}

/// Something unusual of an image that is read nevertheless.
public enum ImageRemark: Equatable, Sendable {
    /// The header gives two places, so far apart at the most; the sform is used.
    case formsDiffer(millimetres: Double)
    /// The header gives no place; the voxels' axes are taken to lead to the left, the front and up.
    case guessedPlace
    /// The header's unit, which is converted to mm.
    case unit(String)
    /// Of a header of text lines.
    case header(HeaderRemark)
    case dicom(DICOMRemark)
}

extension ImageRemark: CustomStringConvertible {
    public var description: String {
        switch self {
        case .formsDiffer(let distance):
            "sform and qform differ by up to \((distance * 1000).rounded() / 1000) mm; "
                + "the sform is used"
        case .guessedPlace:
            "the header does not say how the image lies in space; LAS around the centre is assumed"
        case .unit(let unit): "lengths are converted from \(unit) to mm"
        case .header(let remark): remark.description
        case .dicom(let remark): remark.description
        }
    }
}
