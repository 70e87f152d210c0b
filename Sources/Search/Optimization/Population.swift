internal import SegNASRandomness

/// The points that controlled random search keeps, in fixed slots.
///
/// They are ordered by value, and points of equal value by slot: the lower one is better. That decides much where many
/// points have the value of networks that cannot be trained.
struct Population: Codable, Sendable {
    struct Member: Codable, Sendable {
        let value: Double
        let point: [Double]
    }

    /// The members by slot; nil before the value is reported.
    private var members: [Member?]
    private var missing: Int
    /// Slots of the best and of the worst; valid once there is a member.
    private var bestSlot = 0
    private var worstSlot = 0

    init(size: Int) {
        members = Array(repeating: nil, count: size)
        missing = size
    }

    var isComplete: Bool { missing == 0 }

    var best: Member? { members[bestSlot] }

    /// The best point of a complete population.
    var bestPoint: [Double] { point(bestSlot) }

    /// Fills a slot of the start.
    mutating func set(_ slot: Int, _ value: Double, _ point: [Double]) {
        precondition(members[slot] == nil, "slot \(slot) is filled")
        members[slot] = Member(value: value, point: point)
        missing -= 1
        findEnds()
    }

    /// Puts a point in the place of the worst, if it is better.
    mutating func replaceWorst(_ value: Double, _ point: [Double]) -> Bool {
        guard let worst = members[worstSlot], value < worst.value else { return false }
        members[worstSlot] = Member(value: value, point: point)
        findEnds()
        return true
    }

    private mutating func findEnds() {
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for (slot, member) in members.enumerated() {
            guard let value = member?.value else { continue }
            if value < lowest { (lowest, bestSlot) = (value, slot) }
            if value >= highest { (highest, worstSlot) = (value, slot) }
        }
    }

    private func point(_ slot: Int) -> [Double] {
        guard let member = members[slot] else { preconditionFailure("slot \(slot) is empty") }
        return member.point
    }

    /// Draws distinct slots other than the best, each set of them equally likely: Floyd's algorithm.
    ///
    /// Bentley & Floyd 1987, "A sample of brilliance", doi:10.1145/30401.315746.
    func others(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Int] {
        let available = members.count - 1
        var drawn: [Int] = []
        drawn.reserveCapacity(count)
        for last in available - count..<available {
            let slot = generator.index(below: last + 1)
            drawn.append(drawn.contains(slot) ? last : slot)
        }
        return drawn.map { $0 < bestSlot ? $0 : $0 + 1 }
    }

    /// The reflection 2G − xᵣ of the drawn slot at index r, with the best and the other drawn ones in the centroid G.
    func reflected(_ drawn: [Int], at r: Int, dimensions: Int) -> [Double] {
        var sum = bestPoint
        for (index, slot) in drawn.enumerated() where index != r {
            let other = point(slot)
            for axis in sum.indices { sum[axis] += other[axis] }
        }
        guard !drawn.isEmpty else { return sum }
        let vertex = point(drawn[r])
        return sum.indices.map { 2 * sum[$0] / Double(dimensions) - vertex[$0] }
    }

    // MARK: - Invariants

    /// Checks what must hold after every change and is quick to check: the best, the worst and the count.
    func checkOrder() {
        var count = 0
        for (slot, member) in members.enumerated() {
            guard let value = member?.value else { continue }
            guard let best = members[bestSlot]?.value, let worst = members[worstSlot]?.value else {
                preconditionFailure("best or worst is an empty slot")
            }
            count += 1
            precondition(
                best < value || (best == value && bestSlot <= slot), "the best is another one")
            precondition(
                value < worst || (value == worst && slot <= worstSlot), "the worst is another one")
        }
        precondition(count == members.count - missing, "members are counted wrongly")
    }

    /// Checks all that must hold after every change: for tests.
    func checkInvariants(in bounds: [ClosedRange<Double>]) {
        checkOrder()
        for case let member? in members {
            precondition(member.value.isFinite, "a value of \(member.value)")
            precondition(bounds.contain(member.point), "a point outside of the box")
        }
    }
}

extension [ClosedRange<Double>] {
    /// True if a point lies in the box.
    func contain(_ point: [Double]) -> Bool {
        point.count == count && indices.allSatisfy { self[$0].contains(point[$0]) }
    }
}
