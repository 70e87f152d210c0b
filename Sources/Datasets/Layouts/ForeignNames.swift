internal import FoundationEssentials
internal import SegNASHost

extension DatasetFault {
    /// Images and folders of a dataset, down to so many levels, that no text can name.
    static func foreignNames(in folder: String, levels: Int = 4) -> [DatasetFault] {
        let here = NonUTF8Name.all(in: folder).filter { $0.isFolder || isImage($0.repaired) }
        let faults = here.map { DatasetFault(.notUTF8, file: "\(folder)/\($0.escaped)") }
        guard levels > 1 else { return faults }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // What has an ending is hardly a folder, and there may be many thousands.
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
