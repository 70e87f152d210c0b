import FoundationEssentials
internal import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A run's `log.jsonl`: one line for each epoch.
struct RunLog {
    let path: String

    /// Makes the file hold exactly these epochs: a killed process may have left one line more or fewer, or a part.
    func restore(_ records: [EpochRecord]) throws(TrainingError) {
        do {
            var text = ""
            for record in records { text += try Self.line(record) }
            if records.isEmpty, !FileManager.default.fileExists(atPath: path) { return }
            guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return }
            let file = try AtomicFile(path: path)
            try Data(text.utf8).withUnsafeBytes { try file.append($0) }
            try file.publish()
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    /// Adds a line, which is on disk afterwards.
    func append(_ record: EpochRecord) throws(TrainingError) {
        do {
            let line = Array(try Self.line(record).utf8)
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw SystemFailure.last }
            defer { close(descriptor) }
            guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
                throw SystemFailure.last
            }
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    private static func line(_ record: EpochRecord) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
    }
}
