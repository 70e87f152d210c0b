internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSegmentation
internal import SegNASStudy

extension ComparisonReport {
    /// Reads a comparison from its files, also while it runs; no lock is taken.
    ///
    /// - Parameters:
    ///   - path: The comparison's folder.
    ///   - linksReports: True if the page names the reports of searches, which lie beside it.
    /// - Throws: ``ComparisonError`` if it is none, or has not read its dataset yet.
    public init(of path: String, linksReports: Bool = true) throws {
        let folder = ComparisonFolder(path: path)
        guard let plan = try ComparisonPlan(in: folder),
            let options = try ComparisonOptions(ofComparison: path, methods: [])
        else { throw ComparisonError.noComparison(folder: path) }
        guard let dataset = plan.dataset, !options.methods.isEmpty else {
            throw ComparisonError.file(
                folder.plan,
                reason: "it names no methods or images yet: run segnas3d compare --output \(path)")
        }
        let comparison = try Comparison(
            options, plan, in: folder, dataset: dataset.name, labels: dataset.labels,
            isOnGPU: plan.conditions.device == "cuda", linksReports: linksReports)
        self.init(comparison, version: Release.version)
    }
}

extension Comparison {
    /// The outcomes of a comparison that are known, from the files of its studies and runs.
    init(
        _ options: ComparisonOptions, _ plan: ComparisonPlan, in folder: ComparisonFolder,
        dataset: String, labels: LabelTable, isOnGPU: Bool, linksReports: Bool = true
    ) throws {
        self.init(
            dataset: dataset, labels: labels,
            methods: try options.methods.map { method in
                Comparison.Method(
                    method.title,
                    outcomes: try options.indices.map { split in
                        try Comparison.Outcome(
                            of: method, split: split, in: folder,
                            devices: options.conditions.workers.devicesOfTrial,
                            budget: options.sampling.budget,
                            linksReports: linksReports)
                    })
            },
            conditions: plan.words(options), isOnGPU: isOnGPU,
            date: Date.now.formatted(.iso8601), firstSplit: options.indices.lowerBound)
    }
}
