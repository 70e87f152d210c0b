import Foundation
import TestSupport
import Testing

@Suite("segnas3d phantom")
struct PhantomCommandTests {
    @Test("makes the dataset that was asked for", arguments: [("1", 1), ("19", 19)])
    func makes(structures: String, labels: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/brains"
            let arguments = [
                "phantom", path, "--cases", "2", "--size", "16", "--seed", "3", "--structures",
                structures,
            ]
            let program = try Program.run(arguments)
            #expect(program.status == 0 && program.output.isEmpty)
            let json = try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: path + "/dataset.json")))
            let description = try #require(json as? [String: Any])
            #expect(description["numTraining"] as? Int == 2)
            #expect((description["labels"] as? [String: Int])?.count == labels + 1)
            let again = try Program.run(arguments)
            #expect(again.status == 1)
            #expect(
                again.errors
                    == "Error: \(path) holds a dataset already: remove it, or name another folder\n"
            )
        }
    }

    @Test(
        "misuse is told in one sentence, and leaves no folder behind",
        arguments: [
            (["--structures", "0"], "--structures must be from 1 to 19, and 0 is given"),
            (["--structures", "20"], "--structures must be from 1 to 19, and 20 is given"),
            (["--size", "15"], "--size must be at least 16 on each axis, and 15x15x15 is given"),
            (["--cases", "0"], "--cases must be at least 1, and 0 is given"),
            (["--threads", "0"], "--threads must be at least 1, and 0 is given"),
            (
                ["--structures", "3", "--labels", "x"],
                "--structures is for the brain model and cannot be combined with --labels"
            ),
            (
                ["--tumours", "--labels", "x"],
                "--tumours labels tumours in the brain model: leave out --labels"
            ),
        ])
    func misuse(_ arguments: [String], _ sentence: String) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/brains"
            let cases = arguments[0] == "--cases" ? [] : ["--cases", "2"]
            let program = try Program.run(["phantom", path] + cases + arguments)
            #expect(program.status == 2)
            #expect(program.errors.hasPrefix("Error: \(sentence)\n"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("a folder of label maps that is none is refused with the remedy")
    func noMaps() throws {
        try withTemporaryFolder { folder in
            let program = try Program.run(
                "phantom", folder.path + "/brains", "--cases", "1", "--labels", folder.path)
            #expect(program.status == 1)
            #expect(
                program.errors
                    == "Error: \(folder.path) holds no images: name a folder of label maps\n")
        }
    }
}
