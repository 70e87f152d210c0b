internal import Glibc

/// The file of samples that a header names.
enum DataFile {
    /// The path of a file in the header's folder, or deeper.
    ///
    /// A header from someone else must not be able to make an image of any file of this machine, so no other place is
    /// taken. Lists and patterns of files, which both formats know, are refused too: the pattern would go to `sprintf`.
    static func path(of name: String, besides header: String) throws(ImageFault) -> String {
        guard !name.isEmpty, name.uppercased().split(separator: " ").first != "LIST",
            !name.contains("%")
        else { throw .header(.severalFiles(name)) }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.hasPrefix("/"), !parts.contains("..") else { throw .header(.outside(name)) }
        let folder = header.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = (folder + parts).joined(separator: "/")
        guard access(path, F_OK) == 0 else { throw .partner(missing: path) }
        return path
    }
}
