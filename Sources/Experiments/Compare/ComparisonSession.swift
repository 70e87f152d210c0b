import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// A comparison that is begun or resumed, one method after the other.
public struct ComparisonSession {
    private let task: ComparisonTask
    private let monitor: Monitor
    private let clock: SearchClock
    private let lock: FileLock
    /// True if reports of searches show images of test cases.
    private let showsImages: Bool

    private var options: ComparisonOptions { task.options }
    private var folder: ComparisonFolder { task.folder }

    /// Begins a comparison, or resumes one.
    ///
    /// - Parameters:
    ///   - options: The options of the comparison.
    ///   - path: The comparison's folder.
    ///   - timeLimit: Seconds after which to stop; nil for no limit.
    ///   - showsImages: True to show images of test cases in reports of searches.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, ``ComparisonError``, or what keeps the dataset from being read and divided.
    public init(
        _ options: ComparisonOptions, in path: String, timeLimit: Double? = nil,
        showsImages: Bool = true, monitor: Monitor = Monitor()
    ) throws {
        task = try ComparisonTask(options, in: path, monitor: monitor)
        self.monitor = monitor
        self.showsImages = showsImages
        clock = SearchClock(options.conditions, limit: timeLimit, monitor)
        monitor.report(.working(in: path))
        lock = try Self.open(task.folder, isBegun: task.isBegun)
        let plan = try planWithDataset()
        try checkData()
        try write(JSONDocument.text(of: plan, .indented) + "\n", to: task.folder.plan)
    }

    /// The page of the comparison.
    public var page: String { folder.page }

    /// The plan with the images, which must be those that the comparison was begun with.
    private func planWithDataset() throws -> ComparisonPlan {
        let now = try DatasetRecord(
            task.dataset, PreparedCache(folder: options.conditions.machine.cache),
            threads: options.conditions.machine.threadCount)
        let changes = task.plan.dataset?.changes(to: now) ?? []
        guard changes.isEmpty else {
            throw TrainingError.otherDataset(run: folder.path, changes)
        }
        var plan = task.plan
        plan.dataset = now
        return plan
    }

    /// Refuses at once what the last method on the last split would refuse after days.
    private func checkData() throws {
        defer { monitor.report(.trainingEnded) }
        for split in options.indices {
            // The network does not matter.
            try Trainer(
                task.training(.unet3d, split: split), run: folder.path,
                on: options.conditions.machine(task.devices),
                isEndRequested: { [clock] in clock.end != nil },
                report: monitor.training
            ).checkData(for: .comparison(isSearched: options.hasSearch))
        }
    }

    /// Makes the folder if it is not there, and locks it.
    private static func open(_ folder: ComparisonFolder, isBegun: Bool) throws -> FileLock {
        do {
            try FileSystem.makeFolder(folder.path)
        } catch {
            throw ComparisonError.file(folder.path, reason: "cannot be created: \(error)")
        }
        // A process may have been killed before it had written the plan.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let isFree = names.allSatisfy {
            FileLock.isFile($0, of: ".lock") || $0.hasPrefix(".plan.json.")
        }
        guard isBegun || isFree else {
            throw ComparisonError.noComparison(folder: folder.path)
        }
        do {
            let lock = try FileLock(path: folder.lock)
            AtomicFile.removeLeftovers(of: folder.plan)
            return lock
        } catch {
            switch error {
            case .held(_, let owner):
                throw ComparisonError.locked(folder: folder.path, by: "\(owner)")
            case .system(let file, let reason):
                throw ComparisonError.file(file, reason: "\(reason)")
            }
        }
    }

    /// Searches, trains and evaluates, and writes a report after each method.
    public func run() throws -> ComparisonReport {
        do {
            return try work()
        } catch {
            // Reports the outcomes so far.
            _ = try? writeReport()
            throw error
        }
    }

    private func work() throws -> ComparisonReport {
        var report = try report()
        let count = options.splits * task.methods.count
        if task.pool.isCluster {
            // At the same time; each is then asked for alone.
            try BaselineTraining.trainOnCluster(
                options.indices.flatMap { split in
                    task.methods.compactMap { baseline($0, split) }
                })
        }
        for (place, split) in options.indices.enumerated() {
            try FileSystem.makeFolder(folder.split(split))
            for (index, method) in task.methods.enumerated() {
                try clock.check(study: folder.path)
                monitor.report(
                    .comparing(
                        method: method.title, split: split,
                        number: place * task.methods.count + index + 1, all: count))
                try work(on: method, split)
                report = try writeReport()
            }
        }
        return report
    }

    private func work(on method: ComparedMethod, _ split: Int) throws {
        switch method.kind {
        case .search(let space): try search(method, space, split)
        case .training: try baseline(method, split)?.train()
        }
    }

    /// The training of a baseline on a split; nil for a search.
    private func baseline(_ method: ComparedMethod, _ split: Int) -> BaselineTraining? {
        guard case .training(let network) = method.kind else { return nil }
        return BaselineTraining(
            task: task, network: network, split: split, run: folder.run(method, split: split),
            failure: folder.failure(method, split: split), clock: clock, monitor: monitor)
    }

    /// Searches, and writes the search's report.
    private func search(_ method: ComparedMethod, _ space: String, _ split: Int) throws {
        let study = folder.study(method, split: split)
        let search = options.search(space, split: split, memoryLimit: task.memoryLimit)
        _ = try SearchSession(
            search, in: study.path, clock: clock, division: task.divisions[split], monitor: monitor
        ).run()
        do {
            let page = try StudyReport(of: study, showing: CaseDisplay(showsImages: showsImages))
                .html()
            try ReportFile.write(
                page, to: "\(folder.path)/\(folder.report(method, split: split))")
        } catch {
            // The search counts more than its report.
            monitor.warn("\(error)")
        }
    }

    // MARK: - Reporting

    private func writeReport() throws -> ComparisonReport {
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
                file, reason: "cannot be written: \(error); then run the same command to resume")
        }
    }

    private func report() throws -> ComparisonReport {
        let comparison = try Comparison(
            options, task.plan, in: folder, dataset: task.dataset.name,
            labels: task.dataset.labels, isOnGPU: task.isOnGPU)
        return ComparisonReport(comparison, version: Release.version)
    }
}
