public import ArgumentParser
internal import FoundationEssentials
public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
internal import SegNASStudy
public import SegNASTorch

// How values of the library are written on the command line.

extension Precision: ExpressibleByArgument {}

extension PreparationOptions.Fit: ExpressibleByArgument {}

extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(parsing: argument)
    }
}

extension Extent: ExpressibleByArgument {
    /// Reads `64` or `48x64x32`: 1 to 1024 voxels along x, y and z, of which x is a tensor's last axis.
    public init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let axes = parts.compactMap { Int($0) }.filter { (1...1024).contains($0) }
        guard axes.count == parts.count else { return nil }
        switch axes.count {
        case 1: self.init(cube: axes[0])
        case 3: self.init(axes[2], axes[1], axes[0])
        default: return nil
        }
    }

    public var defaultValueDescription: String {
        depth == height && height == width ? "\(depth)" : description
    }
}

extension Phantom.Contrast: ExpressibleByArgument {}

extension LearningRateSchedule: ExpressibleByArgument {}

extension OptimizerChoice: ExpressibleByArgument {}

extension LossFunction: ExpressibleByArgument {}

extension ValidationGrid: ExpressibleByArgument {}

extension SamplerPlan.Method: ExpressibleByArgument {}

extension Architecture {
    /// The network that NETWORK names, maybe by a study.
    init(argument text: String, orStudy: Bool = false) throws {
        guard let network = try Architecture(named: text) else {
            let kinds =
                orStudy
                ? "unet3d, vnet, nnunet, nnunet-resenc, an architecture's .json file or a study"
                : "unet3d, vnet, nnunet, nnunet-resenc or an architecture's .json file"
            throw ValidationError("'\(text)' is no network: give \(kinds)")
        }
        self = network
    }

    /// Nil where it names none.
    init?(named text: String) throws {
        switch text {
        case "unet3d": self = .unet3d
        case "vnet": self = .vnet
        case "nnunet": self = .nnunet(NNUNet(.plain))
        case "nnunet-resenc": self = .nnunet(NNUNet(.residual))
        case _ where text.hasSuffix(".json"): self = try Architecture(contentsOf: text)
        case _ where FileManager.default.fileExists(atPath: StudyFolder(text).database):
            guard let best = try StudyStatus(of: text).best else {
                throw NoBestNetwork(study: text)
            }
            self = best.architecture
        default: return nil
        }
    }
}

/// A study that has trained no network yet.
struct NoBestNetwork: Error, CustomStringConvertible {
    var study: String

    var description: String { "\(study) has trained no network yet: see segnas3d status \(study)" }
}

extension Split.Part: ExpressibleByArgument {}
