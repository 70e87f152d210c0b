internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch

extension Trainer {
    /// Chooses the epochs of a run that is given a time, and writes them to its plan; nothing if they are chosen.
    ///
    /// `begin` is when the command began: reading, checking and preparing count.
    func chooseEpochs(
        _ start: inout RunStart, _ network: NetworkPlan, _ cases: RunCases, _ folder: RunFolder,
        since begin: ContinuousClock.Instant
    ) throws {
        guard let time = start.plan.time, time.pace == nil else { return }
        observer.report(
            .remark(
                "measuring a step and a validation, to choose as many epochs as "
                    + "\(duration(time.minutes * 60)) have room for"))
        let all = time.minutes * 60
        var plan = start.plan
        // A step costs the same, and no number of them diverges.
        plan.options.learningRate = 0
        let measurement = try PaceMeasurement(loop(network, plan, cases, folder))
        let pace = try measurement.pace(
            seconds: min(Self.longestMeasurement, all * Self.measuringShare))
        let spent = (ContinuousClock.now - begin) / .seconds(1)
        let budget = TimeBudget(seconds: all * Self.plannedShare - spent, pace: pace)
        let isFixed = plan.preparation.options.fit != .patch || plan.options.stepsPerEpoch != nil
        let usual = measurement.batchesPerEpoch
        guard let choice = isFixed ? budget.epochs(of: usual) : budget.epochs(about: usual) else {
            let shortest = isFixed ? usual : budget.fewestSteps
            let least = (spent + budget.epoch(of: shortest)) / Self.plannedShare / 60
            throw TrainingError.tooLittleTime(
                minutes: time.minutes, spent: spent, pace: pace, steps: shortest,
                least: (least * 10).rounded(.up) / 10)
        }
        try start.take(choice, pace, folder)
        observer.report(.remark(Self.sentence(choice, pace, cases.validation.count)))
    }

    /// The rest is left for checkpoints and for steps that are slower than those measured.
    private static let plannedShare = 0.97
    private static let measuringShare = 0.02
    private static let longestMeasurement = 30.0

    /// `a step takes 0.31 s: 11,600 steps in 58 epochs of 200`, with what is known about validations.
    private static func sentence(
        _ choice: TimeBudget.Choice, _ pace: TrainingTime.Pace, _ cases: Int
    ) -> String {
        let validation =
            cases == 0
            ? ""
            : " and a validation about \(pace.words(pace.validation)), estimated from one of "
                + counted(cases, "case")
        return
            "a step takes \(pace.words(pace.step))\(validation): \(grouped(choice.steps)) steps in "
            + "\(counted(choice.epochs, "epoch")) of \(grouped(choice.stepsPerEpoch))"
    }
}

extension TrainingTime.Pace {
    /// A duration of it in a sentence: `0.31 s`, `12 min`.
    func words(_ seconds: Double) -> String {
        seconds < 10 ? "\(decimal(seconds, seconds < 0.1 ? 4 : 2)) s" : duration(seconds)
    }
}
