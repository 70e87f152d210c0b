import SegNASSegmentation
import Testing

@testable import SegNASExperiments

@Suite("The time of a search")
struct SearchTimeTests {
    @Test("seconds follow a power of the work, as it was measured")
    func powerLaw() {
        let law = PowerLaw([1e8, 4e8, 9e8].map { (work: $0, seconds: 3 * $0.squareRoot()) })
        #expect(abs(law.seconds(for: 25e8) / (3 * 5e4) - 1) < 1e-9)
        // No more than in proportion, which one measurement has to be taken for.
        let steep = PowerLaw([(work: 1, seconds: 1), (work: 10, seconds: 1000)])
        #expect(abs(steep.seconds(for: 40) / steep.seconds(for: 10) - 4) < 1e-9)
        #expect(abs(PowerLaw([(work: 2, seconds: 3)]).seconds(for: 4) - 6) < 1e-9)
        #expect(PowerLaw([]).seconds(for: 4) == 0)
    }

    @Test(
        "what is chosen has room in the time, with the beginnings of trainings",
        arguments: [1200.0, 3600, 28_800], [0, 6, 30.0])
    func choice(asked: Double, startSeconds: Double) throws {
        let time = SearchTime(
            asked: asked, maxOperations: nil,
            pace: TrainingTime.Pace(step: 0.05, validation: 0.5), startSeconds: startSeconds,
            workers: 1, finalTrainings: 1, usualSteps: 50, isFixed: false)
        let trainings = try #require(
            (8...SearchTime.usualTrainings).last { time.choice($0) != nil })
        let chosen = try #require(time.choice(trainings))
        let epoch = Double(chosen.stepsPerEpoch) * 0.05 + 0.5
        let seconds = Double(trainings) * (Double(chosen.epochs) * epoch + startSeconds)
        #expect(seconds <= asked * 0.9 * 0.7 + 1)
        #expect(seconds > asked * 0.9 * 0.7 * 0.8)
    }
}
