import Foundation
import SegNASExperiments
import SegNASSegmentation
import SegNASStudy
import TestSupport
import Testing

@Suite("A separate program")
struct SearchProgramTests {
    /// Beside the test bundle, where the build leaves it.
    private static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "SearchProgram")

    @Test("searches on phantoms with a few lines, in separate processes, and resumes")
    func search() throws {
        try withTemporaryFolder { folder in
            let process = Process()
            process.executableURL = Self.url
            process.arguments = [folder.path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(
                decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let study = folder.appending(path: "study").path
            #expect(text == "\(study)/best 2\n")
            let status = try StudyStatus(of: study)
            #expect(status.iterations == 8 && status.best != nil)
            #expect(try SearchOptions(ofStudy: study)?.conditions.training.epochs == 2)
        }
    }

    @Test("only a search's arguments make a worker")
    func arguments() {
        let worker = TrialWorker(study: "s", trial: 3, attempt: 2, slot: "cpu/0", threads: 1)
        #expect(
            TrialWorker(arguments: ["p", "worker", "s", "3", "2", "cpu/0", "1", Release.version])
                == worker)
        for words in [["p"], ["p", "worker"], ["p", "worker", "s", "x", "2", "cpu/0", "1"]] {
            #expect(TrialWorker(arguments: words) == nil)
        }
    }
}
