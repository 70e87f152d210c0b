internal import SegNASExperiments
internal import SegNASReport

/// A folder whose page is watched: it reads its files again when they have changed.
protocol Watched {
    /// What the page is of, and what it has that only scripts can fill: with another one, a page is made anew.
    var structure: String { get }
    /// The ids of the sections in their order.
    var order: [String] { get }
    /// The parts of the page by their ids; empty for those that scripts fill.
    var parts: [String: String] { get }

    /// Looks at the files, and reads those that have changed.
    ///
    /// - Parameter change: The number of the change that it is, if it is one.
    /// - Returns: True if the page's data differs; the parts are compared anyway.
    /// - Throws: What keeps the files from being read.
    mutating func refresh(change: Int) throws -> Bool

    /// What of the page's data came after a change, as JSON on one line; nil if nothing did.
    func data(after change: Int) throws -> String?

    /// The whole page.
    func html(at position: LivePosition) throws -> String
}

/// A folder with nothing in it to show yet.
struct WatchedNothing: Watched {
    let path: String
    var structure: String { "nothing" }
    var order: [String] { ["waiting"] }
    var parts: [String: String] { [:] }

    mutating func refresh(change: Int) -> Bool { false }

    func data(after change: Int) -> String? { nil }

    func html(at position: LivePosition) -> String {
        waitingPage(
            title: "segnas3d",
            words: "Nothing has been begun here yet. This page shows it as soon as it is.",
            version: Release.version, at: position)
    }
}

/// A comparison, whose page is that of its report.
struct WatchedComparison: Watched {
    private let path: String
    private var report: ComparisonReport
    private var stamps: FileStamps
    private var text: String
    private var textChange = 0
    private(set) var parts: [String: String]

    init(_ path: String) throws {
        self.path = path
        stamps = Self.stamps(path)
        report = try ComparisonReport(of: path, linksReports: false)
        text = try report.pageText()
        parts = Dictionary(uniqueKeysWithValues: report.parts.map { ($0.id, $0.html) })
    }

    var structure: String { "comparison" }
    var order: [String] { report.parts.map(\.id) }

    /// The plan, and what each method leaves on each split when it ends.
    private static func stamps(_ path: String) -> FileStamps {
        let methods = names(in: path).filter { $0.hasPrefix("split-") }.flatMap { split in
            names(in: "\(path)/\(split)").map { "\(path)/\(split)/\($0)" }
        }
        return FileStamps(
            ["\(path)/plan.json", "\(path)/comparison.json"]
                + methods.flatMap {
                    [$0, "\($0)/test.json", "\($0)/test/evaluation.json", "\($0)/model"]
                })
    }

    mutating func refresh(change: Int) throws -> Bool {
        let now = Self.stamps(path)
        guard now != stamps else { return false }
        report = try ComparisonReport(of: path, linksReports: false)
        stamps = now
        parts = Dictionary(uniqueKeysWithValues: report.parts.map { ($0.id, $0.html) })
        let text = try report.pageText()
        guard text != self.text else { return false }
        (self.text, textChange) = (text, change)
        return true
    }

    func data(after change: Int) -> String? { textChange > change ? text : nil }

    func html(at position: LivePosition) throws -> String { try report.html(at: position) }
}
