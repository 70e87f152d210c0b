internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSegmentation

/// A cross-validation, or a cascade: several trainings one after the other.
struct WatchedTrainings: Watched {
    private let path: String
    private let isCascade: Bool
    private var page: any TrainingsPage
    private var stamps: FileStamps
    private(set) var parts: [String: String] = [:]

    init(_ path: String, isCascade: Bool) throws {
        self.path = path
        self.isCascade = isCascade
        stamps = FileStamps([])
        page = try Self.read(path, isCascade: isCascade)
        _ = try refresh(change: 0)
    }

    private static func read(_ path: String, isCascade: Bool) throws -> any TrainingsPage {
        var page: any TrainingsPage =
            isCascade ? try StagesReport(of: path) : try FoldsReport(of: path)
        page.date = nil
        return page
    }

    /// A page whose cases have come is made anew, as scripts draw them.
    var structure: String {
        (isCascade ? "cascade" : "cross-validation") + (page.showsCases ? ", cases" : "")
    }
    var order: [String] { page.parts.map(\.id) }

    /// The folders of the trainings, the latest last.
    private var runs: [String] {
        let stages = isCascade ? ["\(path)/low", "\(path)/full"] : [path]
        return stages.flatMap { stage in
            let folder = CrossValidationFolder(stage)
            return folder.trainings?.all.map(folder.run) ?? [stage]
        }
    }

    private var files: [String] {
        let ends = ["crossvalidation.json", "postprocessing.json", "test.json"]
        let folders = isCascade ? [path, "\(path)/low", "\(path)/full"] : [path]
        return folders.flatMap { folder in (ends + ["plan.json"]).map { "\(folder)/\($0)" } }
            + runs.flatMap { run in
                ["plan.json", "log.jsonl", "test.json", "model/training.json", "preview.png"].map {
                    "\(run)/\($0)"
                }
            }
    }

    mutating func refresh(change: Int) throws -> Bool {
        let now = FileStamps(files)
        guard now != stamps else { return false }
        page = try Self.read(path, isCascade: isCascade)
        stamps = now
        let seen = runs.last { FileStamps.isThere("\($0)/preview.png") }
        page.preview = seen.flatMap { picture(at: "\($0)/preview.png") }
        parts = Dictionary(uniqueKeysWithValues: page.parts.map { ($0.id, $0.html) })
        return false
    }

    func data(after change: Int) -> String? { nil }

    func html(at position: LivePosition) throws -> String { try page.html(at: position) }
}
