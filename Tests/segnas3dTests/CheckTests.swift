import Foundation
import TestSupport
import Testing

@testable import segnas3d

@Suite("Check")
struct CheckTests {
    struct Document: Decodable {
        struct Fault: Decodable {
            var kind: String
            var severity: String
            var `case`: String?
            var file: String?
            var message: String
        }
        struct Fingerprint: Decodable {
            struct Label: Decodable {
                var name: String
                var voxels: Int
                var cases: Int
            }
            var cases: Int
            var labels: [Label]
        }
        var schema: Int
        var sound: Bool
        var faults: [Fault]
        var fingerprint: Fingerprint?
    }

    private func document(_ program: Program) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
    }

    @Test("200 real cases", .enabled(if: RealData.isHere))
    func real() throws {
        let program = try Program.run("check", RealData.path("Task04_Hippocampus"), "--json")
        #expect(program.status == 0)
        let document = try document(program)
        #expect(document.schema == 1 && document.sound && document.faults.isEmpty)
        let fingerprint = try #require(document.fingerprint)
        #expect(fingerprint.cases == 200)
        #expect(fingerprint.labels.map(\.name) == ["background", "Anterior", "Posterior"])
        #expect(fingerprint.labels.map(\.cases) == [200, 200, 200])
        #expect(fingerprint.labels.map(\.voxels) == [11_922_424, 340_953, 313_566])
    }

    /// A copy of twelve real cases, of which a test breaks some.
    private func withCopy(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "copy")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            for name in ["images", "labels"] {
                let target = copy.appending(path: name)
                try FileManager.default.createDirectory(
                    at: target, withIntermediateDirectories: true)
                let source = URL(filePath: RealData.path("Task04_Hippocampus/\(name)Tr"))
                let files = try FileManager.default.contentsOfDirectory(atPath: source.path)
                for file in files.filter({ $0.hasPrefix("hippo") }).sorted().prefix(12) {
                    try Data(contentsOf: source.appending(path: file)).write(
                        to: target.appending(path: file))
                }
            }
            try body(copy)
        }
    }

    @Test(
        "broken copies of real cases: every fault at once, and exit code 3",
        .enabled(if: RealData.isHere))
    func broken() throws {
        try withCopy { copy in
            let image = copy.appending(path: "images/hippocampus_003.nii.gz")
            try Data(contentsOf: image).prefix(5000).write(to: image)
            let label = copy.appending(path: "labels/hippocampus_001.nii.gz")
            let other = copy.appending(path: "labels/hippocampus_004.nii.gz")
            try Data(contentsOf: label).write(to: other)
            let sheet = copy.appending(path: "sheet.png").path
            let text = try Program.run("check", copy.path, "--preview", sheet, "--quiet")
            #expect(text.status == 3)
            #expect(text.errors.isEmpty)
            #expect(text.output.contains("images/hippocampus_003.nii.gz: is damaged"))
            #expect(text.output.contains("labels/hippocampus_004.nii.gz: has "))
            #expect(text.output.contains("recognised by the folders images and labels\n"))
            #expect(text.output.hasSuffix("2 faults: not fit for training.\n"))
            #expect(!text.output.contains(copy.path))
            let png = try Data(contentsOf: URL(filePath: sheet))
            #expect(png.starts(with: [137, 80, 78, 71]))
            let document = try document(Program.run("check", copy.path, "--json"))
            #expect(!document.sound)
            #expect(document.faults.map(\.kind) == ["unreadable", "labelGrid"])
            #expect(document.faults.map(\.case) == ["hippocampus_003", "hippocampus_004"])
            let again = try Program.run("check", copy.path, "--preview", sheet)
            #expect(again.status == 1)
            #expect(again.errors == "Error: \(sheet) exists: remove it, or name another file\n")
        }
    }

    @Test(
        "what is no dataset",
        arguments: [
            ("", "is not a dataset that segnas3d reads"), ("/nothing", "does not exist"),
            ("/file.txt", "is not a dataset"), ("/bad.json", "bad.json: is not JSON"),
        ])
    func nothing(_ name: String, _ sentence: String) throws {
        try withTemporaryFolder { folder in
            try Data("{".utf8).write(to: folder.appending(path: "bad.json"))
            try Data().write(to: folder.appending(path: "file.txt"))
            let program = try Program.run("check", folder.path + name)
            #expect(program.status == 3)
            #expect(program.output.contains(sentence), "\(program.output)")
            let document = try document(Program.run("check", folder.path + name, "--json"))
            #expect(document.faults.count == 1 && document.fingerprint == nil)
        }
    }

    @Test("mistakes on the command line")
    func usage() throws {
        #expect(try Program.run("check").status == 2)
        #expect(try Program.run("check", "x", "--threads", "0").status == 2)
    }
}
