import FoundationEssentials
internal import Host

/// A run's `log.jsonl`: one line for each epoch.
struct RunLog {
    let path: String

    /// Makes the file hold exactly these epochs: a killed process may have left one line more or fewer, or a part.
    func restore(_ records: [EpochRecord]) throws(TrainingError) {
        do {
            var text = ""
            for record in records { text += try JSONDocument.text(of: record, .line) + "\n" }
            if records.isEmpty, !FileManager.default.fileExists(atPath: path) { return }
            guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return }
            try replaceText(at: path, by: text)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    /// Adds a line, which is on disk afterwards.
    func append(_ record: EpochRecord) throws(TrainingError) {
        do {
            try appendLine(try JSONDocument.text(of: record, .line), to: path)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }
}
