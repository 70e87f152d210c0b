import Foundation
import Glibc
import SegNASImaging
import TestSupport
import Testing

@Suite("segnas3d demo")
struct DemoTests {
    @Test("phantoms become a study, predictions, a table and a picture, once")
    func tour() throws {
        try withTemporaryFolder { folder in
            let output = folder.appending(path: "demo").path
            let arguments = [
                "demo", "--output", output, "--cases", "5", "--size", "16", "--trainings", "2",
                "--final-epochs", "2", "--device", "cpu", "--memory-limit", "1GiB", "--quiet",
            ]
            let program = try Program.run(arguments)
            let lines = program.errors.split(separator: "\n")
            #expect(
                program.status == 0 && lines.allSatisfy { $0.hasPrefix("Note: ") },
                "\(program.errors)")
            #expect(program.output.contains("5 phantoms of 16×16×16 voxels with 5 structures"))
            #expect(program.output.contains("until 2 are completed; search complete"))
            #expect(program.output.contains("\nlabel "))
            #expect(program.output.hasSuffix("\(output)/study/report.html\n"))
            let picture = try Data(contentsOf: URL(filePath: output + "/predictions.png"))
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            let weights = output + "/study/best/weights.safetensors"
            let first = try Data(contentsOf: URL(filePath: weights))
            // Nothing is left to do but to look again.
            let again = try Program.run(arguments)
            #expect(again.status == 0)
            #expect(try Data(contentsOf: URL(filePath: weights)) == first)
            #expect(again.output.hasSuffix("\(output)/study/report.html\n"))
        }
    }

    @Test("without a name the same command resumes a demo that was interrupted")
    func interrupted() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "demo", "--cases", "5", "--size", "16", "--trainings", "2", "--final-epochs", "2",
                "--device", "cpu", "--memory-limit", "1GiB", "--quiet",
            ]
            let study = folder.appending(path: "segnas3d-demo/study/study.sqlite").path
            let first = try Program.start(arguments, in: folder)
            while first.isRunning, !FileManager.default.fileExists(atPath: study) { usleep(10_000) }
            kill(first.processIdentifier, SIGINT)
            first.waitUntilExit()
            #expect(first.terminationStatus == 130)
            for names in [["segnas3d-demo"], ["segnas3d-demo", "segnas3d-demo-2"]] {
                let next = try Program.start(arguments, in: folder)
                next.waitUntilExit()
                #expect(next.terminationStatus == 0)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                        == names)
            }
        }
    }
}
