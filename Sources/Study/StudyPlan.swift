public import FoundationEssentials
internal import SegNASHost
public import SegNASSearch

/// The plan of a study, as `plan.json` keeps it: everything that its results depend on.
public struct StudyPlan: Hashable, Codable, Sendable {
    /// The schema: 1 if the conditions are those of the first version, options by their flags as text; 3 if the search
    /// learns from earlier studies, which versions that do not would overlook.
    public internal(set) var schema = Self.usualSchema
    /// A random identifier, so that files of one study are never taken for those of another.
    public var study = UUID()
    /// The version of segnas3d that began it.
    public var version: String
    /// The name of a preset, or the YAML of a search space.
    public var space: String
    public var sampler: SamplerPlan
    public var budget: Budget
    /// The epochs after which a trial may stop, growing, and at last those of a whole training; nil if all trials are
    /// trained to the end.
    public var rungs: [Int]?
    /// Attempts that may end without a result or progress.
    public var attempts: Int
    /// Which of its networks a study delivers; nil for the best, as far as is known.
    public var preference: Preference?
    /// The number of trials after which the sampler knew no other network to propose; nil if it may know more.
    public internal(set) var exhaustedAt: Int?
    /// The trial whose network was the best of several that were trained again at the end, and is delivered; nil for
    /// the best of the search.
    public internal(set) var chosen: Int?
    /// The settings of trainings, and the data.
    public var conditions: StudyConditions

    /// A preference among networks that are about as good as each other.
    public enum Preference: String, CaseIterable, Codable, Sendable {
        /// The best one.
        case best
        /// The one with the fewest parameters within one standard deviation of the best.
        case small
    }

    /// The schema of new plans, and of those with earlier studies.
    static let (usualSchema, newestSchema) = (2, 3)

    /// The number of trials after which a search ends.
    public enum Budget: Hashable, Codable, Sendable {
        /// All trials, as the paper counts.
        case iterations(Int)
        /// Completed trials only; with rungs, the epochs of so many whole trainings.
        case effectiveIterations(Int)
        /// Epochs of all trials together, with rungs.
        case effectiveEpochs(Int)
    }

    public init(
        version: String, space: String, sampler: SamplerPlan, budget: Budget,
        rungs: [Int]? = nil, attempts: Int = 3, preference: Preference? = nil,
        conditions: StudyConditions = StudyConditions()
    ) {
        self.version = version
        self.space = space
        self.sampler = sampler
        self.budget = budget
        self.rungs = rungs
        self.attempts = attempts
        self.preference = preference
        self.conditions = conditions
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        schema = try values.decode(Int.self, forKey: .schema)
        study = try values.decode(UUID.self, forKey: .study)
        version = try values.decode(String.self, forKey: .version)
        space = try values.decode(String.self, forKey: .space)
        sampler = try values.decode(SamplerPlan.self, forKey: .sampler)
        budget = try values.decode(Budget.self, forKey: .budget)
        rungs = try values.decodeIfPresent([Int].self, forKey: .rungs)
        attempts = try values.decode(Int.self, forKey: .attempts)
        preference = try values.decodeIfPresent(Preference.self, forKey: .preference)
        exhaustedAt = try values.decodeIfPresent(Int.self, forKey: .exhaustedAt)
        chosen = try values.decodeIfPresent(Int.self, forKey: .chosen)
        guard schema > 1 else {
            enum Former: String, CodingKey { case options }
            conditions = try decoder.container(keyedBy: Former.self)
                .decode(StudyConditions.self, forKey: .options)
            return
        }
        conditions = try values.decode(StudyConditions.self, forKey: .conditions)
    }

    /// True if what a model expects of networks decides which of them is delivered, and not the Dice alone.
    package var isDeliveredByModel: Bool { sampler.method == .model || preference == .small }

    /// How much a scheduler may order.
    ///
    /// Without rungs the budget counts trials that are completed, which the ledger does.
    var limit: SearchLimit {
        guard let whole = rungs?.last else { return SearchLimit() }
        return switch budget {
        case .iterations(let count): SearchLimit(trials: count)
        case .effectiveIterations(let count): SearchLimit(epochs: count * whole)
        case .effectiveEpochs(let count): SearchLimit(epochs: count)
        }
    }

    /// The states that its trials may have.
    package var states: [TrialState] {
        TrialState.allCases.filter { rungs != nil || !TrialState.ofLadders.contains($0) }
    }

    /// True if so many epochs and trials leave no room for a training to another rung, where there are rungs.
    func isSpent(epochs: Int, trials: Int) -> Bool {
        let rungs = rungs ?? [0]
        let most = (rungs.last ?? 0) - (rungs.count > 1 ? rungs[rungs.count - 2] : 0)
        return epochs + most > limit.epochs ?? .max || trials >= limit.trials ?? .max
    }

    /// The seed of a trial's training: the next numbers of the study's, so that trials do not share theirs.
    public func seed(ofTrial number: Int) -> UInt64 { sampler.seed &+ UInt64(number) &+ 1 }

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
            self = try JSONDocument.read(
                from: folder.plan, limit: 1 << 20, schema: 1...Self.newestSchema)
        } catch {
            switch error.fault {
            case .text(let fault) where fault.isMissingFile:
                throw FileSystem.isFolder(folder.path)
                    ? .noStudy(folder: folder.path) : .noFolder(folder.path)
            case .text(let fault): throw .file(folder.plan, reason: "\(fault)")
            case .schema: throw .newer(file: folder.plan)
            default: throw .plan(file: folder.plan, reason: "it \(error.fault)")
            }
        }
        if let changed = sampler.earlier?.first(where: { !$0.isWhole }) {
            throw .plan(
                file: folder.plan,
                reason: "what it took over from the study \(changed.name) has been changed")
        }
    }

    /// Writes the plan, replacing the previous one.
    func write(to folder: StudyFolder) throws(StudyError) {
        do {
            try JSONDocument.write(self, to: folder.plan)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw .diskFull(file: folder.plan)
        } catch {
            throw .file(folder.plan, reason: "cannot be written: \(error)")
        }
    }

    /// Refuses another sampler than that of the plan.
    public func checkSampler(_ method: SamplerPlan.Method) throws(StudyError) {
        guard method != sampler.method else { return }
        throw .planChanged([
            .init(name: "`sampler`", before: sampler.method.rawValue, now: method.rawValue)
        ])
    }

    /// The differences of another plan, without the conditions; a budget of the same kind may be any.
    public func differences(to now: StudyPlan) -> [StudyError.Difference] {
        let pairs: [(String, String?, String?)] = [
            ("`space`", space, now.space),
            ("`sampler`", sampler.method.rawValue, now.sampler.method.rawValue),
            ("`seed`", "\(sampler.seed)", "\(now.sampler.seed)"),
            (
                "`population`", sampler.population.map { "\($0)" },
                now.sampler.population.map { "\($0)" }
            ),
            ("the first point", text(sampler.first), text(now.sampler.first)),
            ("`attempts`", "\(attempts)", "\(now.attempts)"),
            ("`rungs`", rungsText, now.rungsText),
        ]
        let limits = sampler.limits ?? NetworkLimits()
        let differences = pairs.filter { $0.1 != $0.2 }.map {
            StudyError.Difference(name: $0.0, before: $0.1, now: $0.2)
        }
        return differences + limits.differences(to: now.sampler.limits ?? NetworkLimits())
            + budget.differences(to: now.budget)
    }

    private var rungsText: String {
        guard let rungs else { return "1" }
        return "2, at \(rungs.map { "\($0)" }.joined(separator: " and ")) epochs"
    }

    private func text(_ point: [Double]?) -> String? { point.map { "\($0)" } }
}

extension NetworkLimits {
    /// The differences of other limits; the rate by which they decide is that of the beginning.
    package func differences(to now: Self) -> [StudyError.Difference] {
        func text(_ value: (some CustomStringConvertible)?) -> String? { value.map { "\($0)" } }
        return [
            .init("maxParameters", text(parameters), text(now.parameters)),
            .init("maxOperations", text(operations), text(now.operations)),
            .init(
                "maxPredictionTime", text(predictionSeconds), text(now.predictionSeconds)),
        ].compactMap(\.self)
    }
}

extension StudyPlan.Budget {
    /// The number to reach.
    package var count: Int {
        switch self {
        case .iterations(let count), .effectiveIterations(let count), .effectiveEpochs(let count):
            count
        }
    }

    /// The difference of another budget; empty if what was begun may resume with it, as it counts the same.
    ///
    /// - Parameters:
    ///   - now: The other budget.
    ///   - mayShrink: False where searches that are complete would have had more than the others.
    /// - Returns: One difference at most.
    public func differences(to now: Self, mayShrink: Bool = true) -> [StudyError.Difference] {
        let isAlike =
            switch (self, now) {
            case (.iterations, .iterations), (.effectiveIterations, .effectiveIterations),
                (.effectiveEpochs, .effectiveEpochs):
                true
            default: false
            }
        guard !isAlike || !mayShrink && now.count < count else { return [] }
        return [.init(name: "the budget", before: "\(self)", now: "\(now)")]
    }
}

extension StudyPlan.Budget: CustomStringConvertible {
    /// The name of the property, and its value.
    public var description: String {
        switch self {
        case .iterations(let count): "`iterations` \(count)"
        case .effectiveIterations(let count): "`effectiveIterations` \(count)"
        case .effectiveEpochs(let count): "`effectiveEpochs` \(count)"
        }
    }
}

/// The settings of a study's trainings and the data, as the owner of the study writes them into the plan.
///
/// A study keeps them and does not read them, so that it need not know of datasets and trainings.
public struct StudyConditions: Hashable, Codable, Sendable {
    private let tree: JSONValue

    public init() {
        tree = .object([:])
    }

    /// Keeps a value; its numbers must be finite.
    public init(_ value: some Encodable) throws {
        self = try JSONDocument.parse(JSONDocument.text(of: value, .line))
    }

    public init(from decoder: any Decoder) throws {
        tree = try JSONValue(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
    }

    /// The value that was kept.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDocument.parse(JSONDocument.text(of: tree, .line), as: type)
    }
}
