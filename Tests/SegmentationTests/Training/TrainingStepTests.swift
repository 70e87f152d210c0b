import SegNASDatasets
import SegNASRandomness
import SegNASSearch
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Steps of a training")
struct TrainingStepTests {
    /// The parameters after one step on three copies of a case, computed in a number of parts.
    private func step(accumulation: Int, _ change: (inout TrainingOptions) -> Void = { _ in })
        throws -> (weights: [Double], loss: Double)
    {
        var options = TrainingOptions()
        options.precision = .float32
        options.accumulation = accumulation
        options.optimizer = .sgd
        options.augmentation = nil
        change(&options)
        let plan = try NetworkPlan(
            TrainingScene.network(dropout: 0), channels: 1, classes: 3)
        let session = try TrainingSession(
            plan, options, labelFrequencies: [4, 2, 1], devices: [.cpu])
        let example = PreparedCase.example("a", size: [6, 5, 4]) { place in
            Float((place.x * 7 + place.y * 5 + place.z * 3) % 3)
        }
        let loader = try BatchLoader(
            [example, example, example], BatchOptions(batchSize: 3), epochs: 1)
        try session.step(try #require(try loader.next()), stepsPerEpoch: 1)
        let parameters = session.network.weights.parameters.tensors
        let values = try parameters.flatMap { try $0.cast(to: .float64).array(of: Double.self) }
        return (values, session.state.sums.loss)
    }

    /// Batch normalization sees the same statistics in one copy as in three.
    @Test("a batch in parts moves the weights as the whole, where its images are equal")
    func accumulation() throws {
        let whole = try step(accumulation: 1)
        let parts = try step(accumulation: 3)
        let start = try step(accumulation: 1) { $0.learningRate = 1e-30 }
        #expect(abs(whole.loss - parts.loss) < 1e-6)
        let moved = zip(whole.weights, start.weights).map { abs($0 - $1) }.max() ?? 0
        let apart = zip(whole.weights, parts.weights).map { abs($0 - $1) }.max() ?? 1
        #expect(moved > 1e-4)
        #expect(apart < 1e-3 * moved, "\(apart) of \(moved)")
    }

    @Test("clipping limits the norm of the step; a high limit changes nothing")
    func clipping() throws {
        let start = try step(accumulation: 1) { $0.learningRate = 1e-30 }.weights
        func length(_ limit: Double?) throws -> Double {
            let moved = try step(accumulation: 1) {
                ($0.gradientClipping, $0.learningRate) = (limit, 1)
            }.weights
            return zip(moved, start).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        // The first step of SGD with Nesterov's momentum of 0.9 is 1.9 times the gradient.
        #expect(abs(try length(0.01) - 0.019) < 1e-5)
        #expect(try length(1e9) == length(nil))
    }

    @Test("the average of weights has its closed form")
    func average() throws {
        let weight = try Tensor([1, 2] as [Float], shape: [2])
        var average = try WeightAverage(of: ["w": weight], decay: 0.5)
        var expected = [1.0, 2.0]
        for (count, value) in [3.0, -1, 8, 0.5, 2, 7, 1].enumerated() {
            try weight.assign(Tensor([Float(value), Float(-value)], shape: [2]))
            try average.update()
            let share = min(0.5, Double(1 + count) / Double(10 + count))
            expected = [
                share * expected[0] + (1 - share) * value,
                share * expected[1] - (1 - share) * value,
            ]
        }
        let found: [Float] = try #require(average.tensors["w"]).array()
        #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        // Shares 0.1, 2/11, 3/12 … reach one half after nine.
        #expect(
            WeightAverage.share(0.5, after: 7) < 0.5 && WeightAverage.share(0.5, after: 8) == 0.5)
        try average.replacingWeights {
            let replaced: [Float] = try weight.array()
            #expect(replaced == found)
        }
        #expect(try weight.array(of: Float.self) == [1, -1])
    }
}
