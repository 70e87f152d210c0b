internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASTorch

/// `segnas3d phantom`: a dataset of heads that never were.
struct PhantomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom",
        abstract: "Make a dataset of brain phantoms, or of images drawn from label maps.",
        discussion: """
            Writes an nnU-Net v2 dataset. The same options make the same files; with more cases, the first ones stay \
            the same. If the command was interrupted, run it again to complete the folder.
            """)

    @Argument(help: "Folder to create.")
    var folder: String

    @Option(help: "Number of cases.")
    var cases: Int

    @Option(help: "Size of the images in voxels along x, y and z: 64, or 54x64x54.")
    var size: Extent = 64

    @Option(help: "Seed of all random numbers.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Number of brain structures to label, largest first: 1 is the whole brain, 19 is all.",
            valueName: "count"))
    var structures: Int?

    @Flag(
        help:
            "Draw a tumour into each brain, in four contrasts, and label its nested regions as in BraTS."
    )
    var tumours = false

    @Option(
        help: ArgumentHelp(
            "Draw images from the label maps of this folder instead, such as FreeSurfer's.",
            valueName: "folder"))
    var labels: String?

    @Option(
        help:
            "Intensities of tissues: t1, or random, for networks that must not depend on the contrast."
    )
    var contrast = Phantom.Contrast.t1

    @Option(help: "CPU threads; by default one for each core that this process may use.")
    var threads: Int?

    func validate() throws {
        guard cases >= 1 else {
            throw ValidationError("--cases must be at least 1, and \(cases) is given")
        }
        guard size.axes.allSatisfy({ $0 >= Phantom.minSize }) else {
            throw ValidationError(
                "--size must be at least \(Phantom.minSize) on each axis, and \(size) is given")
        }
        if let threads, threads < 1 {
            throw ValidationError("--threads must be at least 1, and \(threads) is given")
        }
        try validateSource()
    }

    private func validateSource() throws {
        guard !tumours || (structures == nil && labels == nil) else {
            throw ValidationError(
                "--tumours labels tumours in the brain model: leave out "
                    + (labels == nil ? "--structures" : "--labels"))
        }
        guard let structures else { return }
        guard labels == nil else {
            throw ValidationError(
                "--structures is for the brain model and cannot be combined with --labels")
        }
        guard (1...Phantom.structureCount).contains(structures) else {
            throw ValidationError(
                "--structures must be from 1 to \(Phantom.structureCount), and \(structures) is given"
            )
        }
    }

    func run() throws {
        let threads = threads ?? ThreadEnvironment.current.threads
        let source: Phantom.Source =
            if let labels {
                .maps(try PhantomMaps(folder: labels, threads: threads))
            } else if tumours {
                .tumours
            } else {
                .brain(structures: structures ?? Phantom.structureCount)
            }
        let phantom = Phantom(
            size: [size.width, size.height, size.depth], seed: seed, contrast: contrast,
            source: source)
        let fitting = Int(clamping: HostResources.current().available.bytes) / phantom.caseMemory
        let progress = Progress("phantoms")
        defer { progress.finish() }
        try phantom.write(cases: cases, to: folder, threads: max(1, min(threads, fitting))) {
            progress.advance(of: $0)
        }
    }
}
