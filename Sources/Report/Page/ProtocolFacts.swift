internal import Host
internal import Search
internal import Study

/// How networks were searched and trained, from a study's plan.
///
/// Only options that are named here appear: others may hold paths.
struct ProtocolFacts {
    private let plan: StudyPlan
    private let space: SearchSpace

    init(_ plan: StudyPlan, _ space: SearchSpace) {
        self.plan = plan
        self.space = space
    }

    var facts: [(String, String)] {
        [("Search space", spaceText), ("Search", searchText), ("Training", trainingText)]
            + [("Split", splitText), ("Memory limit", memoryText)]
            .compactMap { name, text in text.map { (name, $0) } }
    }

    private var spaceText: String {
        let name = SearchSpace.Preset(rawValue: plan.space)?.rawValue ?? "of its own"
        let searched = space.searched.map { "\($0.name) \($0.values.words)" }
        return "\(name), \(searched.count) searched dimensions: \(searched.joined(separator: ", "))"
    }

    private var searchText: String {
        let sampler = plan.sampler
        let method = sampler.method == .crs ? "controlled random search" : "random search"
        let population = sampler.population.map { ", population \($0)" } ?? ""
        let budget =
            switch plan.budget {
            case .iterations(let count): "\(count) proposals"
            case .effectiveIterations(let count): "until \(count) networks are trained"
            }
        return "\(method)\(population), seed \(sampler.seed); \(budget)"
    }

    private var trainingText: String {
        let words = [
            ("--epochs", "%@ epochs"), ("--batch", "batch %@"), ("--optimizer", "%@"),
            ("--learning-rate", "learning rate %@"), ("--loss", "loss %@"),
            ("--precision", "%@"), ("--fit", "fit %@"),
        ]
        return words.compactMap { option, words in
            plan.options[option].map { words.replacing("%@", with: $0) }
        }.joined(separator: ", ")
    }

    /// A split may be a file, whose name stays out.
    private var splitText: String? {
        plan.options["--split"].map { split in
            let isShares = split.allSatisfy { $0.isNumber || $0 == "/" || $0 == "." }
            guard isShares && split.first != "/" else {
                return split == "all" ? "all" : "as in a file"
            }
            return "\(split) % training/validation/test"
        }
    }

    private var memoryText: String? {
        plan.options["--memory-limit"].flatMap { UInt64($0) }.map { "\(ByteCount($0)) for a trial" }
    }
}

extension Dimension.Values {
    /// Both ends included, as readers expect: `8 to 32`.
    fileprivate var words: String {
        switch self {
        case .fixed(let value): significant(value)
        case .integers(let range): "\(range.lowerBound) to \(range.upperBound - 1)"
        case .reals(let range, let scale):
            "\(significant(range.lowerBound)) to \(significant(range.upperBound))"
                + (scale == .log ? " (logarithmic)" : "")
        }
    }
}
