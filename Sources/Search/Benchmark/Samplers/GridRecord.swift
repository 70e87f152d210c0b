/// The proposals of a search over whole numbers that exists for comparison only, and the best of them.
struct GridRecord: Sendable {
    let grid: IntegerGrid
    /// The number of proposals so far.
    private(set) var count = 0
    private var proposed: [Int: [Int]] = [:]
    private var trained: [TrainedNetwork] = []

    init(_ grid: IntegerGrid) {
        self.grid = grid
    }

    /// The order to train what has these numbers, to the end.
    mutating func order(_ numbers: [Int]) -> Order {
        proposed[count] = numbers
        defer { count += 1 }
        return .begin(
            Proposal(
                number: count, origin: .uniform, point: grid.point(numbers), tellsSeen: 0),
            epochs: nil)
    }

    /// The numbers of the proposal that a report answers; nil if it was answered before.
    mutating func numbers(of report: Report) -> [Int]? {
        if report.isTrained, report.value < worstValue {
            trained.append(TrainedNetwork(number: report.number, value: report.value))
        }
        return proposed.removeValue(forKey: report.number)
    }

    var result: Int? { trained.ranked().first?.number }
}
