/// The trainings of a cross-validation: on each fold, with each seed.
///
/// One fold stands for a single division of the cases into training, validation and test.
public struct FoldTrainings: Hashable, Codable, Sendable {
    public var folds: Int
    /// The number of seeds with which each fold is trained.
    public var seeds: Int

    public init(folds: Int, seeds: Int = 1) {
        precondition(folds > 0 && seeds > 0, "\(folds) folds, \(seeds) seeds")
        self.folds = folds
        self.seeds = seeds
    }

    /// One of the trainings, its fold and seed counted from 0, whatever the value of its seed.
    public struct Training: Hashable, Sendable {
        public var fold: Int
        public var seed: Int
        /// What is added to the seed of the first one of a fold: a million for each that follows.
        ///
        /// The trials of a search have the seeds that follow the study's one by one.
        public var seedOffset: UInt64 { UInt64(seed) * 1_000_000 }
        /// The name of its run's folder, such as `fold_0`, `fold_0_seed_1` or `seed_1`.
        ///
        /// A fold's first one is named without its seed, so that seeds can be added to a cross-validation.
        public fileprivate(set) var name: String
        /// What it is in words.
        public fileprivate(set) var title: String
    }

    /// All trainings: fold by fold, each with all its seeds.
    public var all: [Training] {
        (0..<folds).flatMap { fold in (0..<seeds).map { training(fold: fold, seed: $0) } }
    }

    private func training(fold: Int, seed: Int) -> Training {
        guard folds > 1 else {
            return Training(fold: fold, seed: seed, name: "seed_\(seed)", title: "seed \(seed)")
        }
        return Training(
            fold: fold, seed: seed, name: seed == 0 ? "fold_\(fold)" : "fold_\(fold)_seed_\(seed)",
            title: seeds == 1 ? "fold \(fold)" : "fold \(fold), seed \(seed)")
    }

    /// The place of a training among all in words, counted from 1: "Fold 2 of 5, seed 1 of 4".
    public func place(of training: Training) -> String {
        let parts = [("fold", training.fold, folds), ("seed", training.seed, seeds)]
        let words = parts.filter { $0.2 > 1 }.map { "\($0.0) \($0.1 + 1) of \($0.2)" }
            .joined(separator: ", ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// What the trainings differ by: "folds", "seeds" or "folds and seeds".
    public var kinds: String { kind(both: "folds and seeds") }

    /// What is counted: "folds", "seeds" or "networks".
    public var units: String { kind(both: "networks") }

    private func kind(both: String) -> String {
        if folds == 1 { return "seeds" }
        return seeds == 1 ? "folds" : both
    }

    /// How a network is trained, in words: "on 5 folds" or "with 4 seeds".
    public var phrase: String { (folds == 1 ? "with " : "on ") + words }

    /// The trainings in words: "5 folds", "4 seeds" or "5 folds with 4 seeds each".
    public var words: String {
        if folds == 1 { return "\(seeds) seeds" }
        return seeds == 1 ? "\(folds) folds" : "\(folds) folds with \(seeds) seeds each"
    }
}
