public import SegNASHost

/// The clean-up that predictions of a cross-validation have chosen, and why: its `postprocessing.json`.
public struct PostProcessingRecord: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    /// Checksums of the weights whose predictions have chosen it, in the order of the folds.
    public var models: [String]
    /// The number of neighbours with which a voxel is connected.
    public private(set) var connectivity = 26
    /// The steps that are taken.
    public var chosen: PostProcessing
    /// All steps that were tried, in order.
    public var trials: [Trial]

    /// A step that was tried.
    public struct Trial: Hashable, Codable, Sendable {
        public var step: PostProcessing.Step
        /// The mean Dice of each label by its stored value, before the step and after it.
        public var before: [String: Double]
        public var after: [String: Double]
        public var isTaken: Bool
    }

    public init(models: [String], trials: [Trial]) {
        self.models = models
        self.trials = trials
        chosen = PostProcessing(trials.filter(\.isTaken).map(\.step))
    }

    /// Reads a record.
    public init(contentsOf path: String) throws(JSONFileError) {
        self = try JSONDocument.read(Self.self, from: path, schema: 1...1)
    }

    /// The mean Dice of a label after all steps that were taken.
    public func dice(_ label: Int) -> Double? {
        guard let last = trials.last else { return nil }
        return (last.isTaken ? last.after : last.before)["\(label)"]
    }
}
