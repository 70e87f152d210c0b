public import SegNASDatasets

extension Predictor {
    /// Predicts cases one after the other, while the next one is read and prepared in the background.
    ///
    /// The body gets each case in order, with its result or what went wrong with it, and says whether to go on. Two cases
    /// at most are in memory.
    public func predict(
        _ cases: [Dataset.Case],
        _ body: (Dataset.Case, Result<ScoreRestorer, any Error>) throws -> Bool
    ) rethrows {
        let preparer = preparer
        // A case that fails must not keep the others back, so failures are handed over as values.
        let maker = BackgroundMaker(0..<cases.count, ahead: 1, threads: 1) { index in
            Result { try preparer.prepare(cases[index]) }
        }
        for subject in cases {
            let result = Result { try predict(try maker.take().get()) }
            guard try body(subject, result) else { return }
        }
    }
}
