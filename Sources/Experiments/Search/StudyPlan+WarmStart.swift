internal import FoundationEssentials
internal import SegNASSearch
internal import SegNASStudy

extension StudyPlan {
    /// Takes over what other studies know of networks; a study that was begun keeps what it has.
    ///
    /// - Parameters:
    ///   - paths: The folders of the other studies. For a study that was begun, the same ones as then, which may be
    ///     gone, or none.
    ///   - begun: The plan of the study; nil for a new one.
    /// - Throws: ``OptionFaults``; `StudyError.planChanged` for other studies than those that it was begun with.
    mutating func settleWarmStart(_ paths: [String], begun: StudyPlan?) throws {
        guard let begun else { return learn(from: try earlierStudies(paths)) }
        try begun.checkWarmStart(paths)
        learn(from: begun.sampler.earlier ?? [])
    }

    /// What can be taken over from each study, once.
    private func earlierStudies(_ paths: [String]) throws -> [EarlierStudy] {
        var records: [(path: String, record: StudySnapshot)] = []
        for path in paths {
            let record: StudySnapshot
            do {
                record = try StudySnapshot(of: path)
            } catch {
                throw OptionFaults("`warmStart`: \(error)")
            }
            guard !records.contains(where: { $0.record.plan.study == record.plan.study }) else {
                continue
            }
            records.append((path, record))
        }
        let space = try searchSpace()
        return try records.map { path, record in
            try earlierStudy(path, record, in: space, among: records.count)
        }
    }

    private func earlierStudy(
        _ path: String, _ record: StudySnapshot, in space: SearchSpace, among studies: Int
    ) throws -> EarlierStudy {
        let remedy = "name another study, or leave it out"
        guard record.trials.contains(where: { $0.trial.state == .completed }) else {
            throw OptionFaults("`warmStart`: no trial of \(path) is completed: \(remedy)")
        }
        let study = try EarlierStudy(
            named: Self.name(ofFolder: path), study: record.plan.study.uuidString,
            record.trainings, of: record.space, for: sampler, in: space, among: studies)
        guard !study.networks.isEmpty else {
            throw OptionFaults(
                "`warmStart`: none of the \(study.trained) networks of \(path) belongs to the searched space and "
                    + "can be built for its images: \(remedy)")
        }
        return study
    }

    /// Refuses other studies than those that it was begun with; those that are gone are known by their names.
    private func checkWarmStart(_ paths: [String]) throws {
        guard !paths.isEmpty else { return }
        let earlier = sampler.earlier ?? []
        let known = paths.flatMap { path -> [String?] in
            if let plan = try? StudyPlan(in: StudyFolder(path)) { return [plan.study.uuidString] }
            let name = Self.name(ofFolder: path)
            let named = earlier.filter { $0.name == name }.map { Optional($0.study) }
            return named.isEmpty ? [nil] : named
        }
        guard !known.contains(study.uuidString) else {
            throw OptionFaults("`warmStart` names the study itself: leave it out")
        }
        guard Set(known) != Set(earlier.map(\.study)) else { return }
        func listed(_ names: [String]) -> String? {
            names.isEmpty ? nil : names.joined(separator: " ")
        }
        throw StudyError.planChanged([
            .init(
                name: "`warmStart`", before: listed(earlier.map(\.name)), now: listed(paths))
        ])
    }

    /// The name of a folder without its path.
    private static func name(ofFolder path: String) -> String {
        URL(filePath: path).standardizedFileURL.lastPathComponent
    }
}
