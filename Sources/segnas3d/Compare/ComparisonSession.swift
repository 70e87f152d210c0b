internal import ArgumentParser
internal import Datasets
import FoundationEssentials
internal import Host
internal import Report
internal import Search
internal import Segmentation
internal import Study

/// A comparison that is begun or carried on, one method after the other.
struct ComparisonSession {
    private let task: ComparisonTask
    private let words: ComparisonWords
    private let clock: SearchClock
    private let lock: FileLock

    private var arguments: CompareArguments { task.arguments }
    private var folder: ComparisonFolder { task.folder }

    /// Begins or carries on what is compared, of which the words are what was written.
    init(_ task: ComparisonTask, words: [String]) throws {
        self.task = task
        self.words = ComparisonWords(words)
        clock = SearchClock(limit: task.arguments.sampling.timeLimit?.seconds)
        warnOfMissingLocks(in: task.folder.path, isQuiet: task.arguments.display.quiet)
        lock = try Self.open(task.folder, isBegun: task.isBegun)
        let plan = try planWithDataset()
        try checkData()
        try write(JSONDocument.text(of: plan, .indented) + "\n", to: task.folder.plan)
    }

    /// The plan with the images, which must be those that the comparison was begun with.
    private func planWithDataset() throws -> ComparisonPlan {
        let now = try DatasetRecord(
            task.dataset, PreparedCache(folder: arguments.data.cache),
            threads: arguments.compute.host.threadCount)
        let changes = task.plan.dataset?.changes(to: now) ?? []
        guard changes.isEmpty else {
            throw TrainingError.otherDataset(run: folder.path, changes)
        }
        var plan = task.plan
        plan.dataset = now
        return plan
    }

    /// Refuses at once what the last method on the last split would find out after days.
    private func checkData() throws {
        let display = TrainingDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        for split in arguments.indices {
            // The network does not matter.
            try Trainer(
                task.training(.unet3d, split: split), run: folder.path,
                on: arguments.machine(task.device), isEndRequested: { [clock] in clock.end != nil },
                report: display.show
            ).checkData(for: .comparison(isSearched: !arguments.spaces.isEmpty))
        }
    }

    /// Makes the folder, where that is not done, and keeps others from working in it.
    private static func open(_ folder: ComparisonFolder, isBegun: Bool) throws -> FileLock {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        } catch {
            throw ComparisonError.file(folder.path, reason: "cannot be made a folder")
        }
        // A process may have been killed before it had written the plan.
        let names = try files.contentsOfDirectory(atPath: folder.path)
        let isFree = names.allSatisfy {
            FileLock.isFile($0, of: ".lock") || $0.hasPrefix(".plan.json.")
        }
        guard isBegun || isFree else {
            throw ComparisonError.noComparison(folder: folder.path)
        }
        do {
            return try FileLock(path: folder.lock)
        } catch {
            switch error {
            case .held(_, let owner):
                throw ComparisonError.locked(folder: folder.path, by: "\(owner)")
            case .system(let file, let reason):
                throw ComparisonError.file(file, reason: "\(reason)")
            }
        }
    }

    /// Searches, trains and judges, and tells after each method what is known.
    func run() throws -> ComparisonReport {
        do {
            return try work()
        } catch {
            // What is known until then.
            _ = try? tell()
            throw error
        }
    }

    private func work() throws -> ComparisonReport {
        var report = try report()
        let count = arguments.splits * task.methods.count
        for (place, split) in arguments.indices.enumerated() {
            try FileManager.default.createDirectory(
                atPath: folder.split(split), withIntermediateDirectories: true)
            for (index, method) in task.methods.enumerated() {
                try clock.check(study: folder.path)
                say(
                    "\(method.title) on split \(split): "
                        + "\(place * task.methods.count + index + 1) of \(count)")
                try work(on: method, split)
                report = try tell()
            }
        }
        return report
    }

    private func work(on method: ComparedMethod, _ split: Int) throws {
        switch method.kind {
        case .search(let space): try search(method, space, split)
        case .training(let network):
            try BaselineTraining(
                task: task, network: network, split: split, clock: clock
            ).run(
                in: folder.run(method, split: split), failure: folder.failure(method, split: split))
        }
    }

    /// As the command of that name does it.
    private func search(_ method: ComparedMethod, _ space: String, _ split: Int) throws {
        let study = folder.study(method, split: split)
        let words = words.search([
            task.plan.budget.option, ("--space", space), ("--split-index", "\(split)"),
            ("--output", study.path), ("--memory-limit", "\(task.memoryLimit.bytes)"),
        ])
        _ = try SearchSession(SearchArguments.parse(words), words: words, clock: clock).run()
        do {
            let page = try StudyReport(of: study, showsImages: arguments.images).html()
            try ReportFile.write(
                page, to: "\(folder.path)/\(folder.report(method, split: split))")
        } catch {
            // The search is done, which counts more than its page.
            say("Warning: \(error)")
        }
    }

    private func say(_ line: String) {
        Progress("", isQuiet: arguments.display.quiet).say(line)
    }

    // MARK: - Telling

    private func tell() throws -> ComparisonReport {
        let report = try report()
        try ReportFile.write(try report.html(), to: folder.page)
        try write(report.markdown + "\n", to: folder.markdown)
        try write(report.csv, to: folder.csv)
        try write(report.latex + "\n", to: folder.latex)
        try write(try report.json() + "\n", to: folder.document)
        return report
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try replaceText(at: file, by: text)
        } catch {
            throw ComparisonError.file(
                file, reason: "cannot be written: \(error); then run the same command to go on")
        }
    }

    private func report() throws -> ComparisonReport {
        let comparison = Comparison(
            dataset: task.dataset.name, labels: task.dataset.labels,
            methods: try task.methods.map { method in
                Comparison.Method(
                    method.title,
                    outcomes: try arguments.indices.map { split in
                        try Comparison.Outcome(
                            of: method, split: split, in: folder, budget: task.plan.budget)
                    })
            },
            conditions: task.plan.conditions(
                splits: arguments.indices, isSearched: !arguments.spaces.isEmpty),
            isOnGPU: task.isOnGPU,
            date: Date.now.formatted(.iso8601), firstSplit: arguments.indices.lowerBound)
        return ComparisonReport(comparison, version: version)
    }
}

extension StudyPlan.Budget {
    /// As on the command line.
    fileprivate var option: (name: String, value: String) {
        switch self {
        case .iterations(let count): ("--iterations", "\(count)")
        case .effectiveIterations(let count): ("--effective-iterations", "\(count)")
        }
    }
}
