public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// The description of a model beside its weights: `model.json`.
///
/// It holds no paths and no names of cases.
public struct ModelDescription: Hashable, Sendable {
    /// The architecture of the network, its dropout included.
    public var architecture: Architecture
    /// The axes that each pooling of the network halves; nil for all.
    public var levels: Pyramid?
    /// The preparation of images, with the names of channels and the labels of classes.
    public var preparation: Preparation
    /// The first stage of the cascade whose second stage it is; nil outside of cascades.
    public var firstStage: FirstStage?
    /// The type of activations in training: float32 or bfloat16.
    public var precision: DType
    /// The segnas3d and the libtorch that trained the network.
    public var program: String
    public var libtorch: String

    public init(
        architecture: Architecture, levels: Pyramid? = nil, preparation: Preparation,
        firstStage: FirstStage? = nil, precision: DType, program: String,
        libtorch: String = Libtorch.version
    ) {
        self.architecture = architecture
        self.levels = levels.flatMap { $0.isIsotropic ? nil : $0 }
        self.preparation = preparation
        self.preparation.seesFirstStage = firstStage != nil
        self.firstStage = firstStage
        self.precision = precision
        self.program = program
        self.libtorch = libtorch
    }

    /// Channels that the network sees.
    public var channels: Int { preparation.inputs }

    /// The number of the network's outputs: labels with the background, or regions.
    public var classes: Int { preparation.labels.outputCount }

    public func plan() throws(NetworkError) -> NetworkPlan {
        try NetworkPlan(architecture, channels: channels, classes: classes, levels: levels)
    }
}

/// The contents of `model.json`: a description, and the size and checksum of the weights.
struct ModelDocument: Equatable {
    /// The newest, for second stages of cascades; those whose network halves all axes each time are of version 1, as
    /// ever.
    static let schema = 4

    var description: ModelDescription
    var weights: WeightsRecord

    /// The file of the weights.
    struct WeightsRecord: Codable, Equatable {
        var bytes: Int
        /// XXH3 with 128 bits, as `xxhsum -H2` prints it.
        var xxh128: String
    }

    init(description: ModelDescription, weights: WeightsRecord) {
        self.description = description
        self.weights = weights
    }

    init(text: String) throws(ModelFault) {
        do {
            let schema = 1...Self.schema
            let fields = try JSONDocument.parse(text, as: Fields.self, schema: schema)
            weights = fields.weights
            description = try fields.description()
        } catch let error as ArchitectureError {
            throw .architecture(error)
        } catch let fault as JSONFault {
            throw .document(fault)
        } catch let fault as ModelFault {
            throw fault
        } catch {
            throw .document(.content("\(error)"))
        }
    }

    func write(to path: String) throws {
        try JSONDocument.write(Fields(self), to: path)
    }
}

/// The keys of the file.
private struct Fields: Codable {
    var schema: Int
    var architecture: Architecture
    /// From version 2 on, which older programs would take for other networks.
    var levels: Pyramid?
    /// From version 3 on: an output of the network each, in the order in which they are painted; then labels are only
    /// what label maps hold.
    var regions: [LabelTable.Region]?
    var channels: [Preparation.Channel]
    /// From version 4 on: then the network sees a mask of each label after the channels.
    var firstStage: FirstStage?
    var labels: [ClassEntry]
    /// The stored value of voxels that were ignored in training; it is no class.
    var ignoredLabel: Int?
    var preparation: PreparationOptions
    var precision: String
    var program: String
    var libtorch: String
    var weights: ModelDocument.WeightsRecord

    /// The name of a class of the network, and its value in label maps.
    struct ClassEntry: Codable {
        var `class`: Int
        var name: String
        var value: Int
    }

    init(_ document: ModelDocument) {
        let described = document.description
        let table = described.preparation.labels
        schema =
            described.firstStage != nil
            ? 4 : table.regions != nil ? 3 : described.levels != nil ? 2 : 1
        architecture = described.architecture
        levels = described.levels
        channels = described.preparation.channels
        firstStage = described.firstStage
        labels = [ClassEntry(class: 0, name: "background", value: table.background)]
        labels += table.foreground.enumerated().map { index, label in
            ClassEntry(class: index + 1, name: label.name, value: label.value)
        }
        regions = table.regions
        ignoredLabel = table.ignore
        preparation = described.preparation.options
        precision = described.precision.rawValue
        program = described.program
        libtorch = described.libtorch
        weights = document.weights
    }

    func description() throws(ModelFault) -> ModelDescription {
        guard let precision = DType(rawValue: precision), precision.isFloatingPoint else {
            throw .document(.field(.value("precision")))
        }
        guard preparation.size.min() > 0 else {
            throw .document(.field(.value("preparation.size")))
        }
        guard !channels.isEmpty else { throw .document(.field(.value("channels"))) }
        guard channels.allSatisfy({ $0.rule != .ct || $0.intensities != nil }) else {
            throw .document(.field(.missing("channels.intensities")))
        }
        return ModelDescription(
            architecture: architecture, levels: levels,
            preparation: Preparation(preparation, labels: try table(), channels: channels),
            firstStage: firstStage, precision: precision, program: program, libtorch: libtorch)
    }

    /// Classes count from 0, and their values rise behind the background: as a table sorts them.
    private func table() throws(ModelFault) -> LabelTable {
        let foreground = labels.dropFirst().map { LabelTable.Label(name: $0.name, value: $0.value) }
        let values = labels.map(\.value) + (ignoredLabel.map { [$0] } ?? [])
        guard let background = labels.first, labels.map(\.class) == Array(labels.indices),
            (1...LabelTable.maxForeground).contains(foreground.count),
            Set(values).count == values.count,
            zip(foreground, foreground.dropFirst()).allSatisfy({ $0.value < $1.value })
        else { throw .document(.field(.value("labels"))) }
        let table = LabelTable(
            foreground: foreground, background: background.value, ignore: ignoredLabel,
            regions: regions)
        guard table.hasSoundRegions else { throw .document(.field(.value("regions"))) }
        return table
    }
}
