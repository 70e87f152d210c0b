internal import SegNASRandomness

/// Regularized evolution: a child of the best of a sample joins the population, and the oldest leaves it.
///
/// Real, Aggarwal, Huang & Le 2019, "Regularized evolution for image classifier architecture search", AAAI,
/// doi:10.1609/aaai.v33i01.33014780. P = 20 networks are kept, and S = 6 of them drawn for each child, which differs
/// from the best of these in one number, or in two where no new network is found. Only for comparison in the benchmark:
/// it draws what can be trained alone, and proposes no network twice while it can help it.
struct RegularizedEvolution: SearchStrategy {
    private static let populationSize = 20
    private static let sampleSize = 6

    private let problem: SearchProblem
    private var record: GridRecord
    private var generator: SeededGenerator
    /// The oldest first.
    private var population: [(numbers: [Int], value: Double)] = []
    private var known: Set<UInt64> = []

    init(_ problem: SearchProblem, seed: UInt64) {
        self.problem = problem
        record = GridRecord(IntegerGrid(problem.space))
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> Order? {
        let isStart = record.count < Self.populationSize || population.isEmpty
        let numbers = isStart ? random() : child()
        if let key = key(numbers) { known.insert(key) }
        return record.order(numbers)
    }

    mutating func report(_ report: Report) {
        guard let numbers = record.numbers(of: report) else { return }
        population.append((numbers, report.value))
        if population.count > Self.populationSize { population.removeFirst() }
    }

    var result: Int? { record.result }

    private var grid: IntegerGrid { record.grid }

    private func key(_ numbers: [Int]) -> UInt64? { problem.key(grid.point(numbers)) }

    /// A random network that can be trained.
    private mutating func random() -> [Int] {
        while true {
            let numbers = grid.random(using: &generator)
            if key(numbers) != nil { return numbers }
        }
    }

    private mutating func child() -> [Int] {
        var latest: [Int]?
        for attempt in 0..<20 {
            guard let child = mutated(fittest(), places: attempt > 10 ? 2 : 1) else { continue }
            latest = child
            if let key = key(child), !known.contains(key) { return child }
        }
        return latest ?? random()
    }

    private mutating func fittest() -> [Int] {
        var others = Array(population.indices)
        var best: (numbers: [Int], value: Double)?
        for _ in 0..<min(Self.sampleSize, others.count) {
            let member = population[others.remove(at: generator.index(below: others.count))]
            if member.value < best?.value ?? .infinity { best = member }
        }
        return best?.numbers ?? population[0].numbers
    }

    /// A neighbour that can be trained; nil if none is found.
    private mutating func mutated(_ parent: [Int], places: Int) -> [Int]? {
        for _ in 0..<60 {
            var child = parent
            for _ in 0..<places { grid.mutate(&child, using: &generator) }
            if child != parent, key(child) != nil { return child }
        }
        return nil
    }
}

extension IntegerGrid {
    /// Changes a number that makes a difference: n, twice as often as each other, by up to 6, others to any value.
    fileprivate func mutate(_ numbers: inout [Int], using generator: inout SeededGenerator) {
        let places = used(numbers) + [widthPlace].compactMap(\.self)
        let place = places[generator.index(below: places.count)]
        let range = ranges[place]
        if place == widthPlace {
            let step = (1 + generator.index(below: 6)) * (generator.chance(0.5) ? 1 : -1)
            numbers[place] = min(max(numbers[place] + step, range.lowerBound), range.upperBound - 1)
        } else {
            let other = range.lowerBound + generator.index(below: max(1, range.count - 1))
            numbers[place] = other >= numbers[place] && range.count > 1 ? other + 1 : other
        }
    }
}
