import Testing

@testable import SegNASSegmentation

@Suite("Learning-rate schedules")
struct ScheduleTests {
    /// Ten epochs of two steps at rate 1.
    private func rate(
        _ schedule: LearningRateSchedule, warmUp: Int, step: Int
    ) -> Double {
        var options = TrainingOptions()
        options.epochs = 10
        options.learningRate = 1
        options.schedule = schedule
        options.warmUpEpochs = warmUp
        return options.learningRate(step: step, stepsPerEpoch: 2)
    }

    @Test(
        "hand values",
        arguments: [
            (LearningRateSchedule.constant, 0, 0, 1.0), (.constant, 0, 19, 1),
            // Two epochs of two steps: a quarter more each step.
            (.constant, 2, 0, 0.25), (.constant, 2, 2, 0.75), (.constant, 2, 3, 1),
            (.constant, 2, 4, 1),
            // 0.5^0.9 and 0.05^0.9.
            (.polynomial, 0, 0, 1), (.polynomial, 0, 10, 0.535886731268146),
            (.polynomial, 0, 19, 0.06746414238367816),
            // 16 steps follow the warm-up.
            (.polynomial, 2, 4, 1), (.polynomial, 2, 12, 0.535886731268146),
            (.cosine, 0, 0, 1), (.cosine, 0, 5, 0.853553390593274), (.cosine, 0, 10, 0.5),
            (.cosine, 2, 3, 1), (.cosine, 2, 12, 0.5),
        ] as [(LearningRateSchedule, Int, Int, Double)])
    func values(_ schedule: LearningRateSchedule, warmUp: Int, step: Int, expected: Double) {
        #expect(abs(rate(schedule, warmUp: warmUp, step: step) - expected) < 1e-12)
    }

    @Test(
        "rates never rise after warm-up, and stay positive",
        arguments: LearningRateSchedule.allCases)
    func falling(_ schedule: LearningRateSchedule) {
        let rates = (4..<20).map { rate(schedule, warmUp: 2, step: $0) }
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(rates.allSatisfy { $0 > 0 })
    }
}
