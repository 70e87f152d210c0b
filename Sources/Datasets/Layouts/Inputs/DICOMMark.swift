internal import Glibc

/// Whether a file among others looks like a slice of a DICOM series.
enum DICOMMark {
    /// By its name, its mark, or its first element where old software wrote no mark.
    static func isLikely(_ path: String) -> Bool {
        let name = path.lowercased()
        if name.hasSuffix(".dcm") || name.hasSuffix(".ima") { return true }
        let head = head(of: path, count: 132)
        return head.dropFirst(128).elementsEqual("DICM".utf8)
            || [[2, 0, 0, 0], [8, 0]].contains { head.starts(with: $0) && head.count == 132 }
    }

    private static func head(of path: String, count: Int) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = fread(&bytes, 1, count, file)
        return Array(bytes.prefix(read))
    }
}
