public import SegNASDatasets
public import SegNASSearch
public import SegNASTorch

/// What a finished model says of itself beside its weights: `model.json`.
///
/// It holds no paths and no names of cases.
public struct ModelDescription: Hashable, Sendable {
    /// Of the network, its dropout included.
    public var architecture: Architecture
    /// What each pooling of the network halves; nil for all axes.
    public var levels: Pyramid?
    /// How images become what the network sees, what its channels are called, and which labels its classes are.
    public var preparation: Preparation
    /// In which type activations were computed when the network was trained: float32 or bfloat16.
    public var precision: DType
    /// The segnas3d and the libtorch that trained the network.
    public var program: String
    public var libtorch: String

    public init(
        architecture: Architecture, levels: Pyramid? = nil, preparation: Preparation,
        precision: DType, program: String, libtorch: String = Libtorch.version
    ) {
        self.architecture = architecture
        self.levels = levels.flatMap { $0.isIsotropic ? nil : $0 }
        self.preparation = preparation
        self.precision = precision
        self.program = program
        self.libtorch = libtorch
    }

    public var channels: Int { preparation.channels.count }

    /// Labels with the background.
    public var classes: Int { preparation.labels.classCount }

    public func plan() throws(NetworkError) -> NetworkPlan {
        try NetworkPlan(architecture, channels: channels, classes: classes, levels: levels)
    }
}
