internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// How networks were searched and trained, from a study's plan.
struct ProtocolFacts {
    private let plan: StudyPlan
    private let space: SearchSpace
    private let words: ProtocolWords?

    init(_ plan: StudyPlan, _ space: SearchSpace, _ words: ProtocolWords?) {
        self.plan = plan
        self.space = space
        self.words = words
    }

    var facts: [(String, String)] {
        let search = ProtocolWords.search(plan.sampler, plan.budget)
        return [("Search space", spaceText), ("Search", search)]
            + [
                ("Training", words?.training), ("Split", words?.split),
                ("Memory limit", words?.memory),
            ].compactMap { name, text in text.map { (name, $0) } }
    }

    private var spaceText: String {
        let name = SearchSpace.Preset(rawValue: plan.space)?.rawValue ?? "of its own"
        let searched = space.searched.map { "\($0.name) \($0.values.words)" }
        return "\(name), \(searched.count) searched dimensions: \(searched.joined(separator: ", "))"
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
