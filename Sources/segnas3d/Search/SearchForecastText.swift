internal import SegNASExperiments
internal import SegNASHost

extension SearchForecast {
    /// What is to be trained and how long that may take, in a few lines.
    var text: String {
        let cases =
            "\(trainingCases) training, \(validationCases) validation and \(testCases) test cases"
        let length = "\(counted(epochs, "epoch")) of \(counted(stepsPerEpoch, "step"))"
        let search =
            trials.map { "\(grouped($0)) trials, trained for \(length) each where they can be" }
            ?? (rungs > 1
                ? "as much as \(counted(trainings, "training")) of \(length), of which many stop on the way"
                : "\(counted(trainings, "training")) of \(length)")
        let limit =
            maxOperations.map {
                ", of networks of at most \(grouped($0 / 1_000_000)) M multiply-adds"
            } ?? ""
        let times = finalTrainings > 1 ? "\(finalTrainings) times " : ""
        let final =
            finalEpochs.map { "; then \(times)\(counted($0, "epoch")) of what is best" } ?? ""
        return """
            \(dataset): \(cases)
            Search: \(search)\(limit)\(final)
            Time: about \(duration(leastSeconds)) to \(duration(mostSeconds)) with \(counted(workers, "worker")), \
            after the images are prepared; a step of the mean network takes \(significant(stepSeconds)) s
            For another time: --time-limit 2h, or --epochs and --effective-iterations
            """
    }
}
