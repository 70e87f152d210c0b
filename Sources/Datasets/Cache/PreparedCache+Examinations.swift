import FoundationEssentials
internal import SegNASHost

extension PreparedCache {
    /// Examines cases, or finds what an earlier check has found in the same files.
    func examine(
        _ cases: [Dataset.Case], by examiner: CaseExaminer, threads: Int
    ) -> [CaseExamination] {
        concurrentMap(cases.count, threads: threads) { examine(cases[$0], by: examiner) }
    }

    private func examine(_ subject: Dataset.Case, by examiner: CaseExaminer) -> CaseExamination {
        // Files that cannot be read are told of by the examination.
        guard let digests = try? contentDigests(of: subject),
            let key = try? ExaminationKey(subject, digests: digests, examiner).text()
        else { return examiner.examine(subject) }
        let file = "\(examinations)/\(key).json"
        if let known = ExaminationRecord(contentsOf: file) {
            return known.examination(of: subject.identifier)
        }
        let examination = examiner.examine(subject)
        // Without it the files are read again next time, no more.
        try? ExaminationRecord(examination)?.write(to: file)
        return examination
    }
}
