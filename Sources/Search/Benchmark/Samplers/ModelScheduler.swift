internal import SegNASRandomness

/// Trains every proposal of a ``ModelSampler`` to the end, and delivers the network of which the model expects most.
struct ModelScheduler: Scheduler {
    private let plan: SamplerPlan
    private let problem: SearchProblem
    private var sampler: any Sampler
    private var points: [Int: [Double]] = [:]
    private var values: [(number: Int, point: [Double], value: Double)] = []
    private var scales = ProcessScales()

    /// The first network is a random one that can be trained: how good the usual one is, is assumed by the landscapes.
    init(_ problem: SearchProblem, seed: UInt64) throws(SamplerError) {
        let task = problem.task
        let grid = IntegerGrid(problem.space)
        var generator = SeededGenerator(seed: seed, path: UInt64.max)
        var first = grid.point(grid.random(using: &generator))
        while problem.key(first) == nil { first = grid.point(grid.random(using: &generator)) }
        plan = SamplerPlan(
            method: .model, seed: seed, first: first,
            images: SearchedImages(
                size: SIMD3(repeating: task.size), channels: task.channels, classes: task.classes,
                batch: task.batch))
        self.problem = problem
        sampler = try plan.sampler(in: problem.space)
    }

    mutating func next() -> Order? {
        guard let proposal = sampler.ask() else { return nil }
        points[proposal.number] = proposal.point
        if case .model(let scales) = proposal.origin { self.scales = scales }
        return .begin(proposal, epochs: problem.epochs)
    }

    mutating func report(_ report: Report) {
        sampler.tell(report.value, of: report.number)
        guard report.epochs > 0, let point = points[report.number] else { return }
        values.append((report.number, point, report.value))
    }

    var result: Int? {
        plan.expectations(of: values, scales: scales, in: problem.space).first?.number
    }
}
