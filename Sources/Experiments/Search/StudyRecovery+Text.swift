internal import SegNASStudy

extension StudyRecovery {
    /// For a reader.
    func words(_ folder: StudyFolder) -> String {
        let cause = "as where a study is copied without study.sqlite-wal"
        return switch self {
        case .backup(let before?):
            "\(folder.database) was older than its backup, \(cause): the backup has taken its place, and it lies in \(before)"
        case .backup(nil):
            "\(folder.database) held nothing, \(cause): the backup has taken its place"
        case .results:
            "\(folder.database) held nothing, \(cause): trials are proposed again, and results taken from their files"
        }
    }
}
