public import FoundationEssentials
internal import Host
public import Search

/// What a study was begun with, as `plan.json` keeps it: everything that its results depend on.
public struct StudyPlan: Hashable, Codable, Sendable {
    public var schema = 1
    /// Random, so that files of one study are never taken for those of another.
    public var study = UUID()
    /// The version of segnas3d that began it.
    public var version: String
    /// The name of a preset, or the YAML of a search space.
    public var space: String
    public var sampler: SamplerPlan
    public var budget: Budget
    /// Attempts that may end without a result or progress.
    public var attempts = 3
    /// All other options by their names on the command line, and what else must not change, such as the dataset's digest.
    public var options: [String: String]

    /// How long a search goes on.
    public enum Budget: Hashable, Codable, Sendable {
        /// As the paper counts: every proposal.
        case iterations(Int)
        /// Only networks that were trained.
        case effectiveIterations(Int)
    }

    public init(
        version: String, space: String, sampler: SamplerPlan, budget: Budget,
        options: [String: String] = [:]
    ) {
        self.version = version
        self.space = space
        self.sampler = sampler
        self.budget = budget
        self.options = options
    }

    /// The space that is searched.
    public func searchSpace() throws(SearchSpaceError) -> SearchSpace {
        if let preset = SearchSpace.Preset(rawValue: space) { return SearchSpace(preset) }
        return try SearchSpace(yaml: space)
    }
}

// MARK: - The file

extension StudyPlan {
    /// Reads the plan of a study.
    public init(in folder: StudyFolder) throws(StudyError) {
        do {
            self = try JSONDocument.read(from: folder.plan, limit: 1 << 20, schema: 1...1)
        } catch {
            switch error.fault {
            case .text(let fault) where fault.isMissingFile: throw .noStudy(folder: folder.path)
            case .text(let fault): throw .file(folder.plan, reason: "\(fault)")
            case .schema: throw .newer(file: folder.plan)
            default: throw .plan(file: folder.plan, reason: "it \(error.fault)")
            }
        }
    }

    /// Writes it in the place of the one before.
    func write(to folder: StudyFolder) throws(StudyError) {
        do {
            try JSONDocument.write(self, to: folder.plan)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw .diskFull(file: folder.plan)
        } catch {
            throw .file(folder.plan, reason: "cannot be written: \(error)")
        }
    }

    /// The option by which faults of the dataset are allowed, which changes no result.
    public static let allowance = "--allow"

    /// What was asked for now and differs from this plan; a budget of the same kind may grow.
    public func differences(to now: StudyPlan) -> [StudyError.Difference] {
        var pairs = [
            ("--space", space, now.space),
            ("--sampler", sampler.method.rawValue, now.sampler.method.rawValue),
            ("--seed", "\(sampler.seed)", "\(now.sampler.seed)"),
        ].map { ($0, String?.some($1), String?.some($2)) }
        pairs.append(
            (
                "--population", sampler.population.map { "\($0)" },
                now.sampler.population.map { "\($0)" }
            ))
        pairs.append(("the first point", text(sampler.first), text(now.sampler.first)))
        pairs.append(("--attempts", "\(attempts)", "\(now.attempts)"))
        if !budget.canGrow(to: now.budget) {
            pairs.append(("the budget", "\(budget)", "\(now.budget)"))
        }
        for name in Set(options.keys).union(now.options.keys).sorted()
        where name != Self.allowance {
            pairs.append((name, options[name], now.options[name]))
        }
        return pairs.filter { $0.1 != $0.2 }.map { .init(name: $0.0, before: $0.1, now: $0.2) }
    }

    private func text(_ point: [Double]?) -> String? { point.map { "\($0)" } }
}

extension StudyPlan.Budget {
    /// Whether a search may go on with another budget.
    public func canGrow(to other: Self) -> Bool {
        switch (self, other) {
        case (.iterations(let before), .iterations(let now)),
            (.effectiveIterations(let before), .effectiveIterations(let now)):
            before <= now
        default: false
        }
    }
}

extension StudyPlan.Budget: CustomStringConvertible {
    /// As on the command line.
    public var description: String {
        switch self {
        case .iterations(let count): "--iterations \(count)"
        case .effectiveIterations(let count): "--effective-iterations \(count)"
        }
    }
}
