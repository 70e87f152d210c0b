import SegNASDatasets
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@Suite("Training options")
struct TrainingOptionsTests {
    @Test("the defaults are the paper's")
    func defaults() {
        let options = TrainingOptions()
        #expect(options.faults.isEmpty)
        #expect(options.epochs == 100 && options.batchSize == 3 && options.accumulation == 1)
        #expect(options.learningRate == 1e-3 && options.schedule == .constant)
        #expect(options.optimizer == .nadam && options.loss == .exponentialLogarithmic)
        #expect(options.augmentation == Augmentation())
    }

    @Test(
        "what makes no sense is refused by name",
        arguments: Self.changes)
    func faults(_ sentence: String, _ change: @Sendable (inout TrainingOptions) -> Void) {
        var options = TrainingOptions()
        change(&options)
        #expect(options.faults.count == 1)
        #expect(options.faults.first?.hasPrefix(sentence) == true, "\(options.faults)")
    }

    private static let changes: [(String, @Sendable (inout TrainingOptions) -> Void)] = [
        ("`epochs` must be at least 1", { $0.epochs = 0 }),
        ("`batchSize` must be at least 1", { $0.batchSize = 0 }),
        ("`accumulation` 2 must divide the batch of 3", { $0.accumulation = 2 }),
        ("`accumulation` 0 must divide", { $0.accumulation = 0 }),
        ("`learningRate` must be positive", { $0.learningRate = -.infinity }),
        ("`learningRate` must be positive", { $0.learningRate = .nan }),
        ("`warmUpEpochs` 100 must leave some", { $0.warmUpEpochs = 100 }),
        ("`weightDecay` must not be negative", { ($0.weightDecay, $0.optimizer) = (-1, .sgd) }),
        ("`weightDecay` does not go with nadam", { $0.weightDecay = 1e-4 }),
        ("`gradientClipping` must be positive", { $0.gradientClipping = 0 }),
        ("`patience` must be at least 1", { $0.patience = 0 }),
        ("`weightAveraging` must be between 0 and 1", { $0.weightAveraging = 1 }),
        ("augmentation: movement", { $0.augmentation?.movement?.probability = 2 }),
    ]

    @Test("all faults at once")
    func several() {
        var options = TrainingOptions()
        options.epochs = 0
        options.batchSize = -1
        options.gradientClipping = -1
        #expect(options.faults.count >= 3)
    }

    @Test("patience needs validation cases")
    func patience() {
        var options = TrainingOptions()
        options.patience = 3
        let all = Split(training: ["a"], validation: [], test: [])
        let whole = PreparationOptions(size: [8, 8, 8])
        #expect(options.faults(for: whole, all).count == 1)
        let part = Split(training: ["a"], validation: ["b"], test: [])
        #expect(options.faults(for: whole, part).isEmpty)
    }

    @Test("steps of an epoch and a share of foreground are for patches")
    func patches() {
        let split = Split(training: ["a"], validation: ["b"], test: [])
        let whole = PreparationOptions(size: [8, 8, 8])
        let patches = PreparationOptions(size: [8, 8, 8], fit: .patch)
        var options = TrainingOptions()
        options.stepsPerEpoch = 5
        #expect(options.faults(for: whole, split).count == 1)
        #expect(options.faults(for: patches, split).isEmpty && options.faults.isEmpty)
        options.stepsPerEpoch = 0
        options.foregroundShare = 1.5
        #expect(options.faults.count == 2)
    }

    @Test("a plan compares every option")
    func fields() {
        #expect(
            TrainingOptions.fields.count == Mirror(reflecting: TrainingOptions()).children.count)
        var other = TrainingOptions()
        other.epochs = 7
        other.horizon = 9
        other.batchSize = 6
        other.accumulation = 2
        other.learningRate = 2
        other.schedule = .cosine
        other.warmUpEpochs = 1
        other.optimizer = .sgd
        other.weightDecay = 1
        other.momentum = 0.5
        other.gradientClipping = 1
        other.patience = 1
        other.weightAveraging = 0.5
        other.loss = .diceCrossEntropy
        other.augmentation = nil
        other.stepsPerEpoch = 9
        other.foregroundShare = 0.5
        other.precision = .float32
        other.validationGrid = .original
        other.seed = 1
        other.syncNorm = true
        for (name, text) in TrainingOptions.fields {
            #expect(text(TrainingOptions()) != text(other), "\(name)")
        }
    }
}

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
