internal import SegNASHost

extension EarlierStudy {
    /// A description for a reader: `old, 100 of 233 networks, 12 of another space; without learning_rate`.
    public var words: String {
        let count = Set(networks.map(\.number)).count
        let other = outside > 0 ? ", \(outside) of another space" : ""
        let without = unshared.isEmpty ? "" : "; without " + listed(unshared.map { "\($0)" })
        return "\(name), \(count) of \(trained) networks\(other)\(without)"
    }
}
