internal import Glibc
internal import SegNASHost

/// A regular file that is opened for reading.
///
/// Its bytes are copied instead of mapped: a mapped file that someone shortens kills the process.
final class InputFile {
    let path: String
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws(ImageError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let failure = SystemFailure.last
            guard failure.code == ENOENT, let target = linkTarget(path) else {
                throw ImageError(file: path, failure: failure)
            }
            let isAnnexed = target.contains("annex/objects/")
            throw ImageError(
                file: path, fault: .standIn(.brokenLink(to: target, isAnnexed: isAnnexed)))
        }
        self.path = path
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        size = Int(status.st_size)
        guard isKnown else { throw ImageError(file: path, failure: .last) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw ImageError(
                file: path, failure: SystemFailure(code: isFolder ? EISDIR : EINVAL))
        }
        guard size > 0 else { throw ImageError(file: path, fault: .empty) }
    }

    deinit {
        close(descriptor)
    }

    /// Fills memory with the bytes from an offset on.
    func read(
        into memory: UnsafeMutableRawBufferPointer, from offset: Int
    ) throws(ImageError) {
        var done = 0
        while done < memory.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ImageError(file: path, failure: .last) }
            guard count > 0 else {
                throw ImageError(
                    file: path,
                    fault: .truncated(expected: offset + memory.count, actual: offset + done))
            }
            done += count
        }
    }

    /// The first bytes, as many as there are.
    func head(_ count: Int) throws(ImageError) -> [UInt8] {
        try bytes(0..<min(count, size))
    }

    /// The bytes of a part of the file.
    func bytes(_ range: Range<Int>) throws(ImageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let result = bytes.withUnsafeMutableBytes { memory in
            Result { () throws(ImageError) in try read(into: memory, from: range.lowerBound) }
        }
        try result.get()
        return bytes
    }
}

/// The target of a symbolic link; nil for other files.
private func linkTarget(_ path: String) -> String? {
    let limit = Int(PATH_MAX)
    var bytes = [CChar](repeating: 0, count: limit)
    let count = readlink(path, &bytes, limit)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension ImageError {
    init(file: String, failure: SystemFailure) {
        self.init(file: file, fault: .system(failure.description))
    }
}

/// The bytes of a file, which are read in blocks as they are asked for: of a slice with large pixels only the header.
final class FileBlocks {
    private let file: InputFile
    private var block: [UInt8] = []
    private var start = 0

    private static let blockSize = 1 << 14

    init(_ file: InputFile) {
        self.file = file
    }

    var count: Int { file.size }

    /// Some bytes, all of which must lie in the file.
    func bytes(_ range: Range<Int>) throws(ImageFault) -> ArraySlice<UInt8> {
        if range.lowerBound < start || range.upperBound > start + block.count {
            let end = min(max(range.upperBound, range.lowerBound + Self.blockSize), count)
            do {
                block = try file.bytes(range.lowerBound..<end)
            } catch {
                throw error.fault
            }
            start = range.lowerBound
        }
        return block[(range.lowerBound - start)..<(range.upperBound - start)]
    }
}
