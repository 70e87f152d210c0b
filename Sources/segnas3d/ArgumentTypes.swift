public import ArgumentParser
internal import FoundationEssentials
public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
public import SegNASStudy
public import SegNASTorch

// The library's values as arguments of the command line.

extension Precision: ExpressibleByArgument {}

extension PreparationOptions.Fit: ExpressibleByArgument {}

extension PreparationOptions.Spacing: ExpressibleByArgument {
    /// Reads `stored`, `isotropic`, or mm along x, y and z: `1.5` or `0.6x0.6x3.6`.
    public init?(argument: String) {
        switch argument {
        case "stored": self = .stored
        case "isotropic": self = .isotropic
        default:
            let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
            let axes = parts.compactMap { Double($0) }.filter { $0 > 0 && $0.isFinite }
            guard axes.count == parts.count, axes.count == 1 || axes.count == 3 else { return nil }
            self = .fixed(mm: axes.count == 1 ? SIMD3(repeating: axes[0]) : SIMD3(axes))
        }
    }
}

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

extension Recipe: ExpressibleByArgument {}

extension LearningRateSchedule: ExpressibleByArgument {}

extension OptimizerChoice: ExpressibleByArgument {}

extension LossFunction: ExpressibleByArgument {}

extension ValidationGrid: ExpressibleByArgument {}

extension SamplerPlan.Method: ExpressibleByArgument {}

extension StudyPlan.Preference: ExpressibleByArgument {}

/// Where the trainings of a search run.
enum LauncherChoice: String, CaseIterable, ExpressibleByArgument {
    case local, slurm
}

extension PlannedNetwork {
    /// The network that an argument names; nnU-Net's has as many stages as its images allow.
    init(argument text: String, orStudy: Bool = false) throws {
        switch text {
        case "nnunet": self = .nnunet(.plain)
        case "nnunet-resenc": self = .nnunet(.residual)
        default: self = .given(try Architecture(argument: text, orStudy: orStudy))
        }
    }
}

extension Architecture {
    /// The network that an argument names; a study stands for its best one.
    init(argument text: String, orStudy: Bool = false) throws {
        guard let network = try Architecture(named: text) else {
            let kinds =
                orStudy
                ? "unet3d, vnet, nnunet, nnunet-resenc, an architecture's .json file or a study"
                : "unet3d, vnet, nnunet, nnunet-resenc or an architecture's .json file"
            throw ValidationError("'\(text)' is not a network: give \(kinds)")
        }
        self = network
    }

    /// Nil if the text names no network.
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

/// A study without a completed trial has no best network.
struct NoBestNetwork: Error, CustomStringConvertible {
    var study: String

    var description: String { "\(study) has no completed trial yet: see segnas3d status \(study)" }
}

extension Split.Part: ExpressibleByArgument {}

/// Axes named on the command line, such as `xz`.
struct MirrorAxes: ExpressibleByArgument {
    var axes: Set<Int>

    init?(argument: String) {
        let places = argument.lowercased().map { "xyz".firstIndex(of: $0) }
        axes = Set(places.compactMap { $0.map { "xyz".distance(from: "xyz".startIndex, to: $0) } })
        guard !argument.isEmpty, axes.count == argument.count else { return nil }
    }
}

/// A length of time as people write it: `90s`, `30m`, `8h`, `2d`.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Double

    init?(argument text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()),
            count > 0, count.isFinite
        else { return nil }
        seconds = count * unit
    }
}

/// A large number as people write it: `200000`, `250k`, `0.2M`, `5G`.
struct LargeCount: ExpressibleByArgument {
    let count: Int

    init?(argument text: String) {
        let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? Substring(text) : text.dropLast()),
            let count = Int(exactly: (number * (unit ?? 1)).rounded()), number >= 0
        else { return nil }
        self.count = count
    }
}
