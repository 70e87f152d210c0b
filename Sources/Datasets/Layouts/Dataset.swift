internal import FoundationEssentials
public import SegNASHost
package import SegNASImaging

/// A folder of images and their label maps, whatever its layout.
public struct Dataset: Equatable, Sendable {
    public var name: String
    /// The folder that holds it.
    public var folder: String
    public var layout: Layout
    /// The name of each channel of an image, for example `T1`.
    public var channels: [String]
    public var labels: LabelTable
    /// Cases with a label map.
    public var training: [Case]
    /// Cases without one.
    public var test: [Case]
    /// The parts that a datalist gives its cases with a label map; nil if all are for training.
    public var listedSplit: Split?
    /// Oddities of its layout, and allowed faults; its images may have other faults.
    public var layoutWarnings: [DatasetFault] = []

    /// The organisation of the folder.
    public enum Layout: String, Sendable, Codable {
        case nnUNet = "nnU-Net v2"
        case nnUNetFirst = "nnU-Net v1"
        /// nnU-Net's folders without its `dataset.json`.
        case nnUNetFolders = "nnU-Net folders"
        case decathlon = "Medical Segmentation Decathlon"
        case monai = "MONAI datalist"
        case plain = "images and labels"
        case bids = "BIDS"
        case caseFolders = "a folder for each case"
        /// Series of images, and segmentations or structure sets that refer to them.
        case dicom = "DICOM"
    }

    /// One subject's scan.
    public struct Case: Hashable, Codable, Sendable {
        public var identifier: String
        /// Paths of the image: one file for each channel, or one that holds them all.
        public var images: [String]
        /// The series that is meant of a folder with several DICOM series, by its UID; nil if the folder holds one.
        public var series: String?
        /// Path of the label map; nil if there is none.
        public var label: String?
        /// Path of the label map that the first stage of a cascade has predicted; nil outside of cascades.
        public var firstStage: String?
        /// The fold of cross-validation in which a datalist puts the case.
        public var fold: Int?
    }
}

extension Dataset.Case {
    /// The series that is meant; nil if its folder holds one.
    package var selection: DICOMSelection? { series.map { .uid($0) } }
}

extension Dataset {
    /// Reads what a folder or a datalist holds, in any of the layouts of ``Layout``.
    ///
    /// Images are not read, except to find labels and channels that no description names. Throws every fault of the
    /// layout at once, except those of allowed kinds.
    public init(
        contentsOf path: String, threads: Int = HostResources.current().cores,
        allowing kinds: Set<AllowableFault> = []
    ) throws(DatasetError) {
        let reading = DatasetReading(contentsOf: path, threads: threads)
        let faults = reading.faults.allowing(kinds)
        guard let dataset = reading.dataset, faults.stopping.isEmpty else {
            // Without cases there is nothing to go on with, whatever is allowed.
            let stopping = faults.stopping
            throw DatasetError(source: path, faults: stopping.isEmpty ? reading.faults : stopping)
        }
        self = dataset
        layoutWarnings = faults
    }
}

/// The result of reading a dataset: what could be read, and the faults.
public struct DatasetReading: Equatable, Sendable {
    /// Its sound cases; nil if the faults leave nothing to use.
    public var dataset: Dataset?
    public var faults: [DatasetFault]
    /// Nil if there is no evidence for any layout.
    public var recognition: LayoutRecognition?

    public init(contentsOf path: String, threads: Int = HostResources.current().cores) {
        let path = PathParts.trimmed(path)
        guard !FileSystem.isFolder(path) else {
            var reader = LayoutReader(folder: path, threads: threads)
            // First: such files would seem to be missing.
            let foreign = DatasetFault.foreignNames(in: path)
            self.init(foreign.isEmpty ? reader.dataset() : nil, of: reader)
            faults = foreign + faults
            return
        }
        let file = PathParts(path)
        var reader = LayoutReader(folder: file.folder, threads: threads)
        self.init(reader.dataset(describedBy: file.name), of: reader)
    }

    private init(_ dataset: Dataset?, of reader: LayoutReader) {
        self.dataset = dataset
        faults = reader.faults
        recognition = reader.recognition
    }
}

extension LayoutReader {
    /// The dataset of the folder, by what lies in it.
    fileprivate mutating func dataset() -> Dataset? {
        guard let candidate = candidate() else {
            report(.unrecognised(hint: hint()))
            return nil
        }
        if let recognition = candidate.recognition { recognise(recognition) }
        return candidate.read(&self)
    }

    /// The dataset that a file describes.
    fileprivate mutating func dataset(describedBy file: String) -> Dataset? {
        guard exists(file) else {
            report(.missing)
            return nil
        }
        guard file.lowercased().hasSuffix(".json") else {
            report(.unrecognised(hint: "it is a file, and no .json file that lists cases"))
            return nil
        }
        return described(by: file)
    }
}

extension DatasetFault {
    /// Faults of the images and folders of a dataset, down to some levels, whose names are not UTF-8.
    static func foreignNames(in folder: String, levels: Int = 4) -> [DatasetFault] {
        let here = NonUTF8Name.all(in: folder).filter { $0.isFolder || isImage($0.repaired) }
        let faults = here.map { DatasetFault(.notUTF8, file: "\(folder)/\($0.escaped)") }
        guard levels > 1 else { return faults }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // A name with an ending is hardly that of a folder, and there may be many thousands.
        let folders = names.sorted().filter { !$0.hasPrefix(".") && !isFile($0) }
        return faults + folders.flatMap { foreignNames(in: "\(folder)/\($0)", levels: levels - 1) }
    }

    private static func isImage(_ name: String) -> Bool {
        ImageFileName(name) != nil || isFile(name)
    }

    private static func isFile(_ name: String) -> Bool {
        [".gz", ".nii", ".json", ".dcm", ".nrrd", ".mha", ".mhd", ".raw", ".img", ".hdr", ".png"]
            .contains { name.lowercased().hasSuffix($0) }
    }
}
