internal import ArgumentParser
internal import Datasets
import FoundationEssentials
internal import Host
internal import Imaging
internal import Report
internal import Segmentation
internal import Study
internal import Torch

/// The steps of the demo, each of which is left out where it was done before.
struct DemoTour {
    let folder: String
    let scale: DemoScale
    let compute: ComputeOptions
    let isQuiet: Bool

    /// Large ones, and some that are not.
    private static let structures = 7

    /// Networks narrower than the paper's, and two operations beside none.
    private static let space = """
        schema: 1
        n: [6, 13]
        p: [2, 4]
        sup: [0, 2]
        res: [0, 2]
        nodes: 3
        ops: [0, 3]
        """

    private var dataset: String { "\(folder)/phantoms" }
    private var spaceFile: String { "\(folder)/space.yaml" }
    private var study: StudyFolder { StudyFolder("\(folder)/study") }
    private var picture: String { "\(folder)/predictions.png" }
    private var threads: Int { compute.host.threadCount }

    /// Whether a demo was begun in a folder, and has not come to its end.
    static func isBegun(in folder: String) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: "\(folder)/phantoms")
            && !files.fileExists(atPath: report(in: folder))
    }

    private static func report(in folder: String) -> String { "\(folder)/study/report.html" }

    func run() throws {
        try makePhantoms()
        try search()
        try draw()
        try report()
    }

    private func makePhantoms() throws {
        if FileManager.default.fileExists(atPath: "\(dataset)/dataset.json") { return }
        let phantom = Phantom(
            size: SIMD3(repeating: scale.size), seed: compute.seed,
            source: .brain(structures: Self.structures))
        let progress = Progress("Phantoms", isQuiet: isQuiet)
        defer { progress.finish() }
        try phantom.write(cases: scale.cases, to: dataset, threads: threads) {
            progress.advance(of: $0)
        }
        progress.finish()
        print(
            "\(scale.cases) phantoms of \(scale.size)×\(scale.size)×\(scale.size) voxels "
                + "with \(Self.structures) structures: \(dataset)")
    }

    /// As the command of that name does it, with a worker for each of the first two cores.
    private func search() throws {
        if !FileManager.default.fileExists(atPath: spaceFile) {
            try NewFile.write(Self.space + "\n", to: spaceFile)
        }
        var words = [
            dataset, "--space", spaceFile, "--size", "\(scale.size)", "--iterations",
            "\(scale.iterations)", "--population", "\(scale.population)", "--epochs",
            "\(scale.epochs)", "--final-epochs", "\(scale.finalEpochs)", "--workers",
            "\(min(2, threads))", "--output", study.path, "--cache", "\(folder)/cache", "--device",
            compute.device, "--precision", compute.precision.rawValue, "--threads", "\(threads)",
            "--seed", "\(compute.seed)",
        ]
        if let limit = compute.host.memoryLimit { words += ["--memory-limit", "\(limit.bytes)"] }
        if isQuiet { words.append("--quiet") }
        let session = try SearchSession(SearchArguments.parse(words), words: words)
        print(try session.run().text())
    }

    /// Phantoms that the best network has not seen, beside what it makes of them.
    private func draw() throws {
        let dataset = try Dataset(contentsOf: dataset, threads: threads)
        let unseen = try ModelLocation(of: study.path).split()?.test ?? []
        let files = unseen.prefix(6).map { ($0, "\(study.predictions)/\($0).nii.gz") }
        let sheet = ContactSheet(
            of: dataset, predictions: Dictionary(uniqueKeysWithValues: files), threads: threads)
        if FileManager.default.fileExists(atPath: picture) {
            try FileManager.default.removeItem(atPath: picture)
        }
        try NewFile.write(sheet.picture().png(), to: picture)
        print("predictions beside their references: \(picture)")
    }

    private func report() throws {
        let file = Self.report(in: folder)
        try ReportFile.write(try StudyReport(of: study, showsImages: true).html(), to: file)
        print("all of the search, for a browser: \(file)")
    }
}

/// How much the demo does.
struct DemoScale {
    var cases: Int
    var size: Int
    var iterations: Int
    var population: Int
    var epochs: Int
    var finalEpochs: Int
}
