internal import SegNASHost

/// A drawing of a search over its iterations: the paper's Figure 3.
///
/// Trained networks are points, the best one so far is a line; what was not trained stands in a band below the axis.
public struct EvolutionFigure: Hashable, Sendable {
    /// A trained network, and the iteration, from 0, that proposed it.
    public struct Point: Hashable, Sendable {
        public let iteration: Int
        public let dice: Double

        public init(iteration: Int, dice: Double) {
            self.iteration = iteration
            self.dice = dice
        }
    }

    /// Iterations that are no points, and what became of them.
    public struct Band: Hashable, Sendable {
        public let name: String
        public let iterations: [Int]

        public init(name: String, iterations: [Int]) {
            self.name = name
            self.iterations = iterations
        }
    }

    /// By rising iterations; not empty.
    public let points: [Point]
    public let bands: [Band]
    /// How many there are.
    public let iterations: Int

    public init(points: [Point], bands: [Band] = [], iterations: Int) {
        precondition(!points.isEmpty, "a figure of nothing")
        self.points = points
        self.bands = bands
        self.iterations = iterations
    }

    /// An `<svg>` element, which is a document of its own and may be put into a page as it is.
    public func svg() -> String {
        drawing.svg(title: "Evolution of the search", description: description)
    }

    /// Those points that are higher than all before.
    var records: [Point] {
        points.reduce(into: []) { records, point in
            if point.dice > records.last?.dice ?? -1 { records.append(point) }
        }
    }

    private var description: String {
        let best = records[records.count - 1]
        return
            "\(points.count) trained networks among \(iterations) iterations; the best validation Dice, "
            + "\(decimal(best.dice)), at iteration \(best.iteration)."
    }
}
