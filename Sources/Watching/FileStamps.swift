internal import FoundationEssentials
internal import Glibc

/// The sizes and times of files, by which it is seen that one has changed without reading any.
struct FileStamps: Equatable {
    private var stamps: [String: Stamp] = [:]

    private struct Stamp: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let file: UInt
    }

    /// Notes files; those that are missing or empty count as none.
    init(_ paths: [String]) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0, status.st_size > 0 else { continue }
            stamps[path] = Stamp(
                seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
                size: Int(status.st_size), file: UInt(status.st_ino))
        }
    }

    /// The time of the last change of any, in seconds since 1970; nil if there is none.
    var last: Double? {
        stamps.values.map { Double($0.seconds) + Double($0.nanoseconds) * 1e-9 }.max()
    }
}

/// The names in a folder; none if it cannot be read.
func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Seconds since 1970.
func currentTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

extension FileStamps {
    /// True if a path is there and no folder.
    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }
}

/// Waits for a few milliseconds.
func sleepBriefly() { usleep(5000) }

/// A picture as a page holds it; nil if there is none, or it is not a small one.
func picture(at path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path), data.count < 4 << 20 else {
        return nil
    }
    return data.isEmpty ? nil : data.base64EncodedString()
}
