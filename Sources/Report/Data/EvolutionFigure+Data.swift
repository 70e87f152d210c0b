internal import SegNASStudy

extension EvolutionFigure {
    /// Nil before a network is trained.
    init?(_ data: ReportData) {
        let points = data.trials.compactMap { trial in
            trial.state == .completed
                ? trial.dice.map { Point(iteration: trial.number, dice: $0) } : nil
        }
        guard !points.isEmpty else { return nil }
        let bands = [TrialState.illegal, .outOfMemory, .failed, .cached].map { state in
            Band(
                name: state.words,
                iterations: data.trials.filter { $0.state == state }.map { $0.number })
        }
        self.init(
            points: points, bands: bands.filter { !$0.iterations.isEmpty },
            iterations: data.trials.count)
    }
}
