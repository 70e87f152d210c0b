public import SegNASHost

/// What a trial's network takes, known before it is trained.
public struct TrialCost: Hashable, Sendable {
    /// Learned numbers.
    public var parameters: Int
    /// Tensors of a training step, predicted; nil on devices for which that is not known.
    public var memory: ByteCount?

    public init(parameters: Int, memory: ByteCount? = nil) {
        self.parameters = parameters
        self.memory = memory
    }
}
