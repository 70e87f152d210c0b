internal import FoundationEssentials
internal import Glibc
package import SegNASHost
internal import SegNASImaging
internal import Synchronization

/// Digests of files' contents (XXH3, 128 bits), cached as long as a file's size, time and inode stay the same.
///
/// The cache is a text file to which all processes append lines; a line that is not whole is ignored.
final class FileDigests: Sendable {
    private let file: String
    private let cached: Mutex<[String: Memo]>

    /// The state of a file when it was read, and its digest.
    private struct Memo: Equatable {
        var state: String
        var digest: String
    }

    init(file: String) {
        self.file = file
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var cached: [String: Memo] = [:]
        for line in lines {
            let fields = line.split(separator: "\t", maxSplits: 2)
            guard fields.count == 3, fields[0].utf8.count == 32 else { continue }
            cached[String(fields[2])] = Memo(
                state: String(fields[1]), digest: String(fields[0]))
        }
        // Lines of files that have changed add up; few enough are left alone.
        if lines.count > 1000, lines.count > 2 * cached.count { Self.rewrite(cached, file) }
        self.cached = Mutex(cached)
    }

    /// The digest of an image's file, or of all the files that it consists of.
    func digest(of path: String) throws(SystemFailure) -> String {
        try ContentDigest.text(ofImage: path) { part throws(SystemFailure) in
            try digest(ofFile: part)
        }
    }

    private func digest(ofFile path: String) throws(SystemFailure) -> String {
        let before = try Self.state(of: path)
        let memo = cached.withLock { $0[path] }
        if let memo, memo.state == before.text { return memo.digest }
        let digest = try ContentDigest(of: path).text
        // A file written to since, or a moment ago, may change again without a new time.
        if before.isSettled, try Self.state(of: path).text == before.text {
            remember(Memo(state: before.text, digest: digest), path)
        }
        return digest
    }

    private func remember(_ memo: Memo, _ path: String) {
        cached.withLock { cached in
            cached[path] = memo
            guard !path.contains("\n") else { return }
            let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return }
            let line = Array(Self.line(memo, path).utf8)
            // Without it the file is read again next time, no more.
            _ = write(descriptor, line, line.count)
            close(descriptor)
        }
    }

    private static func line(_ memo: Memo, _ path: String) -> String {
        "\(memo.digest)\t\(memo.state)\t\(path)\n"
    }

    private static func rewrite(_ cached: [String: Memo], _ file: String) {
        let lines = cached.filter { !$0.key.contains("\n") }.map { line($0.value, $0.key) }
        try? replaceText(at: file, by: lines.joined())
    }

    /// The state by which an unchanged file is recognised, and whether its time is old enough to rely on.
    static func state(of path: String) throws(SystemFailure) -> (
        text: String, isSettled: Bool
    ) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last }
        let modified = status.st_mtim
        let age = time(nil) - modified.tv_sec
        return (
            "\(status.st_size) \(modified.tv_sec).\(modified.tv_nsec) \(status.st_dev).\(status.st_ino)",
            age > 2
        )
    }

    /// The files that an image consists of: those in a DICOM folder, or a header and what shares its name.
    static func parts(of path: String) throws(SystemFailure) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last }
        if status.st_mode & S_IFMT == S_IFDIR { return DICOMFolder.files(in: path) }
        let file = PathParts(path)
        let name = file.name.lowercased()
        let headers = [".hdr", ".img", ".hdr.gz", ".img.gz", ".mhd", ".nhdr"]
        guard let suffix = headers.first(where: name.hasSuffix) else { return [path] }
        let stem = file.name.dropLast(suffix.count)
        return files(in: file.folder) { $0.hasPrefix(stem + ".") }
    }

    private static func files(in folder: String, where isPart: (String) -> Bool) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter(isPart).sorted().map { "\(folder)/\($0)" }.filter { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
    }
}

extension ContentDigest {
    /// The digest of an image's file, or of all the files that it consists of; the files are read.
    package static func text(ofImage path: String) throws(SystemFailure) -> String {
        try text(ofImage: path) { part throws(SystemFailure) in try ContentDigest(of: part).text }
    }

    /// The digest of a file, or the digest of the digests of several files, a line each.
    static func text(
        ofImage path: String, _ digest: (String) throws(SystemFailure) -> String
    ) throws(SystemFailure) -> String {
        let parts = try FileDigests.parts(of: path)
        guard parts != [path] else { return try digest(path) }
        var text = ""
        for part in parts { text += try digest(part) + "\n" }
        return ContentDigest(ofText: text).text
    }

    /// The state by which unchanged files of an image are recognised: sizes, times, inodes.
    package static func state(ofImage path: String) throws(SystemFailure) -> String {
        var text = ""
        for part in try FileDigests.parts(of: path) {
            text += try FileDigests.state(of: part).text + "\n"
        }
        return text
    }
}
