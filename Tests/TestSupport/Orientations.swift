package import SegNASImaging

extension Orientation {
    /// All 48 ways in which three axes can run.
    package static let all: [Orientation] = {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        return orders.flatMap { order in
            (0..<8).map { signs in
                Orientation(
                    axes: order.enumerated().map { axis, world in
                        .init(world: world, isReversed: signs >> axis & 1 == 1)
                    })
            }
        }
    }()
}
