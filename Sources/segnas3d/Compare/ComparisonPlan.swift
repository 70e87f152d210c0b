internal import Datasets
internal import Host
internal import Report
internal import Search
internal import Study
internal import Torch

/// What a comparison was begun with, as `plan.json` keeps it; methods and splits may be added.
struct ComparisonPlan: Codable {
    private(set) var schema = 1
    /// Tells it from the plans of runs and studies.
    private(set) var command = commandName
    /// The version of segnas3d that began it.
    var version: String
    /// The images; nil before they have been read.
    var dataset: DatasetRecord?
    var sampler: SamplerPlan
    var budget: StudyPlan.Budget
    /// All other options by their names on the command line.
    var options: [String: String]

    /// What is asked for, in place of a plan or of none.
    init(
        _ arguments: CompareArguments, begun: ComparisonPlan?, device: Device,
        memoryLimit: ByteCount
    ) {
        let sampling = arguments.sampling
        version = begun?.version ?? Self.currentVersion
        dataset = begun?.dataset
        sampler = SamplerPlan(
            method: sampling.sampler, seed: arguments.compute.seed,
            population: sampling.population)
        budget = sampling.budget ?? begun?.budget ?? .iterations(300)
        options = arguments.recorded(device: device, memoryLimit: memoryLimit)
        options["--attempts"] = "\(sampling.attempts)"
        options["--final-epochs"] = sampling.finalEpochs.map { "\($0)" }
    }

    private static let commandName = "compare"

    private static var currentVersion: String { segnas3d.version }

    /// Reads the plan of a comparison; nil where none was begun.
    init?(in folder: ComparisonFolder) throws {
        struct Kind: Decodable {
            var command: String?
        }
        do {
            let kind = try JSONDocument.readIfPresent(Kind.self, from: folder.plan)
            guard let kind else { return nil }
            guard kind.command == Self.commandName else {
                throw ComparisonError.noComparison(folder: folder.path)
            }
            self = try JSONDocument.read(from: folder.plan, schema: 1...1)
        } catch let error as JSONFileError {
            if case .schema = error.fault { throw StudyError.newer(file: folder.plan) }
            throw ComparisonError.damaged(file: folder.plan)
        }
    }

    /// What is asked for now and differs; a budget of the same kind may grow.
    func differences(to now: ComparisonPlan) -> [StudyError.Difference] {
        var (before, after) = (options, now.options)
        for (name, text) in Self.samplerFields {
            (before[name], after[name]) = (text(sampler), text(now.sampler))
        }
        let names = Set(before.keys).union(after.keys).subtracting([StudyPlan.allowance]).sorted()
        var pairs = names.map { ($0, before[$0], after[$0]) }
        if !budget.canGrow(to: now.budget) {
            pairs.append(("the budget", "\(budget)", "\(now.budget)"))
        }
        return pairs.filter { $0.1 != $0.2 }.map { .init(name: $0.0, before: $0.1, now: $0.2) }
    }

    private static let samplerFields: [(name: String, text: @Sendable (SamplerPlan) -> String?)] = [
        ("--sampler", { $0.method.rawValue }), ("--seed", { "\($0.seed)" }),
        ("--population", { $0.population.map { "\($0)" } }),
    ]
}

extension ComparisonPlan {
    /// How all methods are searched and trained, for a reader.
    func conditions(splits: Range<Int>, isSearched: Bool) -> [(name: String, words: String)] {
        let words = ProtocolWords(options)
        let final =
            options["--final-epochs"].map {
                "; \($0) epochs for the best of each search and for networks that are not searched"
            } ?? ""
        let indices = splits.map { "\($0)" }.joined(separator: ", ")
        let images = options["--size"].map { "prepared to \($0) voxels" }
        let device = options["--device"] == "cuda" ? "GPU" : "CPU"
        let all = [
            ("Images", images), ("Splits", words.split.map { "\($0): \(indices)" }),
            ("Search", isSearched ? ProtocolWords.search(sampler, budget) : nil),
            ("Training", words.training + final), ("Memory limit", words.memory),
            ("Device", device),
        ]
        return all.compactMap { name, words in words.map { (name, $0) } }
    }
}
