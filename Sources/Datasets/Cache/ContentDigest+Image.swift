package import SegNASHost

extension ContentDigest {
    /// The digest of an image's file, or of all the files that it consists of; the files are read.
    package static func text(ofImage path: String) throws(SystemFailure) -> String {
        try text(ofImage: path) { part throws(SystemFailure) in try ContentDigest(of: part).text }
    }

    /// The same by digests of files; of several, that of their digests, a line for each.
    static func text(
        ofImage path: String, _ digest: (String) throws(SystemFailure) -> String
    ) throws(SystemFailure) -> String {
        let parts = try FileDigests.parts(of: path)
        guard parts != [path] else { return try digest(path) }
        var text = ""
        for part in parts { text += try digest(part) + "\n" }
        return ContentDigest(ofText: text).text
    }

    /// What tells that an image's files are still those that were there: sizes, times, inodes.
    package static func state(ofImage path: String) throws(SystemFailure) -> String {
        var text = ""
        for part in try FileDigests.parts(of: path) {
            text += try FileDigests.state(of: part).text + "\n"
        }
        return text
    }
}
