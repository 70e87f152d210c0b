internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// Divides the time of a search among its trainings.
struct SearchTime {
    /// Seconds from the beginning of the command.
    let asked: Double
    /// The limit of multiply-adds that its networks keep; nil for none.
    let maxOperations: Int?
    /// The pace of a slow one of these networks.
    let pace: TrainingTime.Pace
    /// Seconds that the beginnings of a whole training take.
    let startSeconds: Double
    let workers: Int
    /// Trainings after the search, of folds, seeds or candidates.
    let finalTrainings: Int
    /// Steps of an epoch, and whether it cannot have another number of them.
    let usualSteps: Int
    let isFixed: Bool

    /// Beside the trainings: the reading and the preparation of images, and steps that are slower than those measured.
    private static let plannedShare = 0.9
    /// The share of the time in which the best network is trained again.
    private static let finalShare = 0.3
    /// Whole trainings: as many as a model needs on the benchmark of searches, and fewer where time is short, if their
    /// first third would have less than 200 steps.
    static let usualTrainings = 30
    private static let fewestTrainings = 8
    private static let fewestSteps = 600
    /// With fewer steps in all, even the best networks have not begun to differ.
    private static let leastSteps = 150

    private var seconds: Double { asked * Self.plannedShare }
    private var searchSeconds: Double { seconds * (1 - Self.finalShare) * Double(workers) }

    /// Seconds that the beginnings of a whole training take: of a process, its library, the first step.
    ///
    /// On two cores of a server each took 2.4 to 2.8.
    /// With rungs, three first thirds and the rest of one of them make up five thirds of a training, begun four times.
    static func startSeconds(_ sampling: SamplingOptions) -> Double {
        2.5 * (sampling.rungs > 1 ? 12.0 / 5 : 1)
    }

    /// The length of so many whole trainings; nil if not even one epoch fits.
    func choice(_ trainings: Int) -> TimeBudget.Choice? {
        let time = TimeBudget(
            seconds: searchSeconds / Double(trainings) - startSeconds, pace: pace)
        return isFixed ? time.epochs(of: usualSteps) : time.epochs(about: usualSteps)
    }

    /// The options of a search that takes this time.
    ///
    /// - Throws: ``OptionFaults`` if it is too little.
    func options(_ options: SearchOptions) throws -> SearchOptions {
        let numbers = (Self.fewestTrainings...Self.usualTrainings).reversed()
        var trainings =
            numbers.first { choice($0).map { $0.steps >= Self.fewestSteps } ?? false }
            ?? Self.fewestTrainings
        guard var chosen = choice(trainings), chosen.steps >= Self.leastSteps else {
            throw tooLittle
        }
        var options = options
        // No longer than the recipe trains, but more of them.
        let longest = options.conditions.training.epochs
        if chosen.epochs > longest {
            chosen.epochs = longest
            let epoch = TimeBudget(seconds: seconds, pace: pace).epoch(of: chosen.stepsPerEpoch)
            let fitting = Int(searchSeconds / (Double(longest) * epoch + startSeconds))
            trainings = max(trainings, min(fitting, 2 * Self.usualTrainings))
        }
        options.conditions.training.epochs = chosen.epochs
        if !isFixed { options.conditions.training.stepsPerEpoch = chosen.stepsPerEpoch }
        options.sampling.budget = .effectiveIterations(trainings)
        options.sampling.limits.operations = maxOperations
        if options.conditions.finalEpochs == nil {
            let one = seconds * Self.finalShare / Double(finalTrainings)
            let time = TimeBudget(seconds: one, pace: pace)
            let final = time.epochs(of: chosen.stepsPerEpoch)?.epochs ?? 0
            options.conditions.finalEpochs = max(chosen.epochs, min(final, longest))
        }
        return options
    }

    private var tooLittle: OptionFaults {
        let epochs = isFixed ? (Self.leastSteps + usualSteps - 1) / usualSteps : 1
        let steps = isFixed ? epochs * usualSteps : Self.leastSteps
        let training =
            Double(steps) * pace.step + Double(epochs) * pace.validation + startSeconds
        let least =
            Double(Self.fewestTrainings) * training / Double(workers) / (1 - Self.finalShare)
            / Self.plannedShare
        return OptionFaults(
            "`timeLimit` leaves \(duration(asked)), and \(Self.fewestTrainings) trainings of \(steps) steps with a "
                + "longer one at the end take about \(duration(least * 1.1)): give more time, or a smaller `patch` or "
                + "`size`, or `epochs` and `effectiveIterations` yourself")
    }
}
