internal import SegNASHost

/// How the cases of a dataset are divided.
public enum SplitPlan: Hashable, Sendable {
    /// At random, by shares in percent.
    case shuffled(Shares)
    /// All cases train: for a final model.
    case everything
    /// As a file says: nnU-Net's `splits_final.json`, or the record of a ``Split``.
    case file(String)
    /// By the folds of a MONAI datalist: one validates, all others train.
    case folds
    /// By the lists of a MONAI datalist: training, validation, testing.
    case listed

    /// Percent of the cases for each part; they sum to 100.
    public struct Shares: Hashable, Sendable {
        public let training: Double
        public let validation: Double
        public let test: Double

        /// Refuses negative shares, none for training, and sums other than 100.
        public init(training: Double, validation: Double, test: Double) throws(SplitError) {
            let all = [training, validation, test]
            guard all.allSatisfy({ $0 >= 0 }), training > 0, abs(all.reduce(0, +) - 100) < 1e-6
            else { throw .shares(all) }
            self.training = training
            self.validation = validation
            self.test = test
        }

        private init(paper training: Double, _ validation: Double, _ test: Double) {
            self.training = training
            self.validation = validation
            self.test = test
        }

        /// The paper's 50 % for training, 20 % for validation and 30 % for test.
        public static let paper = Shares(paper: 50, 20, 30)

        subscript(part: Split.Part) -> Double {
            switch part {
            case .training: training
            case .validation: validation
            case .test: test
            }
        }
    }

    /// Whether cases are divided at random.
    public var isShuffled: Bool {
        if case .shuffled = self { true } else { false }
    }

    /// Reads `50/20/30`, `all`, `folds`, `listed` or the name of a `.json` file.
    public init(parsing text: String) throws(SplitError) {
        switch text {
        case "all": self = .everything
        case "folds": self = .folds
        case "listed": self = .listed
        case _ where text.lowercased().hasSuffix(".json"): self = .file(text)
        default:
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let shares = parts.compactMap { Double($0) }.filter(\.isFinite)
            guard shares.count == 3, parts.count == 3 else { throw .notASplit(text) }
            self = .shuffled(
                try Shares(training: shares[0], validation: shares[1], test: shares[2]))
        }
    }
}

extension SplitPlan: CustomStringConvertible {
    /// As it is written on the command line; a file is not named, for this goes into models and plans.
    public var description: String {
        switch self {
        case .shuffled(let shares):
            Split.Part.allCases.map { significant(shares[$0]) }.joined(separator: "/")
        case .everything: "all"
        case .file: "a file"
        case .folds: "folds"
        case .listed: "listed"
        }
    }
}
