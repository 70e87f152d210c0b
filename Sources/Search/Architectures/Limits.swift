/// The values that a field of an architecture or a dimension of a search space can take at all.
enum Limits {
    case whole(ClosedRange<Int>)
    case real(Range<Double>)

    static let n = Limits.whole(1...1024)
    static let p = Limits.whole(1...10)
    static let flag = Limits.whole(0...1)
    static let nodes = Limits.whole(BlockGraph.nodeCounts)
    static let operation = Limits.whole(Operation.numbers)
    static let stages = Limits.whole(2...11)
    static let features = Limits.whole(1...1024)
    static let dropout = Limits.real(0..<1)
    static let learningRate = Limits.real(1e-9..<10)
    static let batch = Limits.whole(1...1024)

    func contains(_ value: Double) -> Bool {
        switch self {
        case .whole(let limits):
            Int(exactly: value).map(limits.contains) ?? false
        case .real(let limits): limits.contains(value)
        }
    }
}

extension Limits: CustomStringConvertible {
    var description: String {
        switch self {
        case .whole(let limits) where limits.count == 2:
            "\(limits.lowerBound) or \(limits.upperBound)"
        case .whole(let limits):
            "a whole number from \(limits.lowerBound) to \(limits.upperBound)"
        case .real(let limits):
            "a number of at least \(number(limits.lowerBound)) and below \(number(limits.upperBound))"
        }
    }
}
