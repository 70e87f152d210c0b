/// Where a training stands, but for its tensors.
struct TrainingState: Hashable, Codable {
    /// The next batch, counted from 0; after an epoch's last batch and before its validation the number of batches.
    var position = BatchPosition(epoch: 0)
    /// Of the epoch that the position is in.
    var sums = EpochSums()
    var history = EpochHistory()
}

/// What adds up over the batches of an epoch.
struct EpochSums: Hashable, Codable {
    var loss = 0.0
    var seconds = 0.0
    var waitSeconds = 0.0
}

/// A checkpoint on disk: a JSON file that is written last, and says which files of tensors belong to it.
struct Checkpoint: Hashable, Codable {
    private(set) var schema = 1
    var state: TrainingState
    /// Weights, the optimizer's state and the weights' average.
    var tensors: File
    /// The weights of the best epoch that may be chosen; nil where there has been none.
    var best: File?

    /// A file, and what tells whether it is whole.
    struct File: Hashable, Codable {
        var name: String
        var bytes: Int
        /// XXH3 with 128 bits.
        var digest: String
    }
}
