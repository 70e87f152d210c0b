public import ArgumentParser
internal import FoundationEssentials
public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
internal import SegNASStudy
public import SegNASTorch

// The library's values as arguments of the command line.

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
    /// The network that an argument names; a study stands for its best one.
    init(argument text: String, orStudy: Bool = false) throws {
        guard let network = try Architecture(named: text) else {
            let kinds =
                orStudy
                ? "unet3d, vnet, an architecture's .json file or a study"
                : "unet3d, vnet or an architecture's .json file"
            throw ValidationError("'\(text)' is not a network: give \(kinds)")
        }
        self = network
    }

    /// Nil if the text names no network.
    init?(named text: String) throws {
        switch text {
        case "unet3d": self = .unet3d
        case "vnet": self = .vnet
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
