/// The points that no other one beats: none has a lower cost and as high a gain, or a higher gain and as low a cost.
///
/// - Parameter points: Costs and gains.
/// - Returns: Their indices by rising cost; of equal points the first.
func paretoFront(_ points: [(cost: Double, gain: Double)]) -> [Int] {
    let order = points.indices.sorted { first, second in
        let (a, b) = (points[first], points[second])
        if a.cost != b.cost { return a.cost < b.cost }
        return a.gain == b.gain ? first < second : a.gain > b.gain
    }
    var front: [Int] = []
    var highest = -Double.infinity
    for index in order where points[index].gain > highest {
        front.append(index)
        highest = points[index].gain
    }
    return front
}
