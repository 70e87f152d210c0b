internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost

/// A call of the program as a command-line module of 3D Slicer: segments one volume with a model.
///
/// `segnas3d --xml` prints the ``description``. Slicer calls a module without naming a subcommand, so that
/// ``named(_:)`` adds this one's name to such calls.
struct SlicerModule: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slicer-module",
        abstract: "Segment one volume, as a command-line module of 3D Slicer.",
        shouldDisplay: false)

    @Flag(help: "Print the description of the module, which 3D Slicer makes its form of.")
    var xml = false

    @Option(help: "What predict takes as MODEL.")
    var model: String?

    @Option(help: "As predict --mirror.")
    var mirror: String?

    @Option(help: "As predict --device.")
    var device: String?

    @Argument(help: "The volume to segment.")
    var input: String?

    @Argument(help: "The label map to write, which ends in .nii.gz; an existing one is replaced.")
    var output: String?

    /// The options that may stand first in a call without a subcommand.
    private static let options = ["--xml", "--model", "--mirror", "--device"]

    /// The arguments of a call, with the name of this subcommand where 3D Slicer has left it out.
    static func named(_ arguments: [String]) -> [String] {
        guard let first = arguments.first, options.contains(first) else { return arguments }
        return [_commandName] + arguments
    }

    func validate() throws {
        guard !xml else { return }
        guard model != nil, input != nil, let output else {
            throw ValidationError(
                "--model, a volume to segment and a label map to write are needed")
        }
        guard output.hasSuffix(".nii.gz") else {
            throw ValidationError("the label map \(output) must end in .nii.gz")
        }
    }

    func run() throws {
        guard !xml, let model, let input, let output else {
            print(Self.description)
            return
        }
        guard FileSystem.isFolder(PathParts(output).folder) else {
            throw PredictionFolderError.unwritableFile(output, reason: "its folder does not exist")
        }
        let folder = PathParts(output).sibling(".segnas3d-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let options = [mirror.map { ["--mirror", $0] }, device.map { ["--device", $0] }]
        try Predict.parse(
            [model, input, "--output", folder, "--quiet"] + options.compactMap(\.self).joined()
        ).predict { _ in }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        guard let map = files.first(where: { $0.hasSuffix(".nii.gz") }) else {
            throw ValidationError("\(input) holds no volume to segment")
        }
        guard rename("\(folder)/\(map)", output) == 0 else {
            throw PredictionFolderError.unwritableFile(output, reason: "\(SystemFailure.last)")
        }
        print("\(output): predicted")
    }
}
