import Foundation
import SegNASImaging
import TestSupport
import Testing

/// Commands that train refuse the faults that `check` refuses, unless they are allowed.
@Suite("Faults that are allowed")
struct AllowanceTests {
    /// Calls a body with a folder of phantoms (`data`), a small network (`net.json`) and a space (`space.yaml`).
    private func withData(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            _ = try Program.run(
                "phantom", folder.appending(path: "data").path, "--cases", "6", "--size", "16",
                "--structures", "2", "--threads", "1")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            try Data("schema: 1\nn: [2, 9]\np: 1\nsup: 0\nres: 0\nops: [2]\n".utf8).write(
                to: folder.appending(path: "space.yaml"))
            let split = """
                [{"train": ["phantom0000", "phantom0001", "phantom0002"], "val": ["phantom0003", "phantom0004"], \
                "test": ["phantom0005"]}]
                """
            try Data(split.utf8).write(to: folder.appending(path: "split.json"))
            try body(folder)
        }
    }

    private func arguments(_ folder: URL, _ command: String, _ more: [String] = []) -> [String] {
        let networks =
            switch command {
            case "train": ["--network", folder.appending(path: "net.json").path]
            case "search":
                ["--space", folder.appending(path: "space.yaml").path, "--iterations", "2"]
            default:
                [
                    "--splits", "1", "--spaces", folder.appending(path: "space.yaml").path,
                    "--baselines", "none", "--iterations", "2",
                ]
            }
        return [command, folder.appending(path: "data").path] + networks + [
            "--size", "16", "--epochs", "1", "--output", folder.appending(path: command).path,
            "--cache", folder.appending(path: "cache").path, "--threads", "1", "--split",
            folder.appending(path: "split.json").path,
        ] + more
    }

    private func copyScan(_ folder: URL, from: Int, to: Int) throws {
        let images = folder.appending(path: "data/imagesTr")
        let copy = images.appending(path: "phantom000\(to)_0000.nii.gz")
        try FileManager.default.removeItem(at: copy)
        try FileManager.default.copyItem(
            at: images.appending(path: "phantom000\(from)_0000.nii.gz"), to: copy)
    }

    private func emptyLabels(_ folder: URL, of cases: [Int]) throws {
        for number in cases {
            let file = folder.appending(path: "data/labelsTr/phantom000\(number).nii.gz").path
            let labels = try Volume(contentsOf: file)
            let values = [UInt8](repeating: 0, count: labels.geometry.voxelCount)
            try Volume(Samples(values), geometry: labels.geometry).write(to: file, replacing: true)
        }
    }

    @Test("a scan in training and test is refused by each command, which leaves nothing behind")
    func duplicate() throws {
        try withData { folder in
            try copyScan(folder, from: 0, to: 5)
            for command in ["train", "search", "compare"] {
                let program = try Program.run(arguments(folder, command))
                #expect(program.status == 3)
                #expect(
                    program.errors.contains(
                        "imagesTr/phantom0000_0000.nii.gz: holds the same image as imagesTr/phantom0005_0000.nii.gz: "
                            + "they are in training and test"), "\(program.errors)")
                #expect(program.errors.hasSuffix("\nTo go on knowingly: --allow duplicate\n"))
                let left = try? FileManager.default.contentsOfDirectory(
                    atPath: folder.appending(path: command).path)
                #expect(left?.filter { $0 != ".lock" }.isEmpty ?? true, "\(command): \(left ?? [])")
            }
            let check = try Program.run("check", folder.appending(path: "data").path)
            #expect(check.status == 3)
            #expect(
                check.output.hasSuffix(
                    "1 fault: not fit for training. To go on knowingly: --allow duplicate\n"))
            let allowed = try Program.run(
                "check", folder.appending(path: "data").path, "--allow", "duplicate")
            #expect(allowed.status == 0 && allowed.output.contains("No faults, 1 warning.\n"))
            #expect(allowed.output.hasSuffix(" --allow duplicate --output run\n"))
        }
    }

    @Test("an allowed fault is a note; it is recorded, and need not be allowed again to resume")
    func allowed() throws {
        try withData { folder in
            try copyScan(folder, from: 0, to: 5)
            let first = try Program.run(
                arguments(folder, "train", ["--allow", "duplicate", "--allow", "constant"]))
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("Note: imagesTr/phantom0000_0000.nii.gz: holds the same"))
            let plan = try String(
                contentsOf: folder.appending(path: "train/plan.json"), encoding: .utf8)
            #expect(plan.contains(#""allowed""#) && plan.contains(#""duplicate""#))
            try FileManager.default.removeItem(at: folder.appending(path: "train/model"))
            let again = try Program.run(arguments(folder, "train"))
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    @Test("validation without labels: a search is refused for good, a training unless allowed")
    func validation() throws {
        try withData { folder in
            try emptyLabels(folder, of: [3, 4])
            for command in ["search", "compare"] {
                let refused = try Program.run(arguments(folder, command))
                #expect(refused.status == 3)
                #expect(
                    refused.errors.contains(
                        "no validation case has a voxel of any label, so nothing tells which"),
                    "\(refused.errors)")
                #expect(!refused.errors.contains("--allow"))
            }
            let refused = try Program.run(arguments(folder, "train"))
            #expect(refused.status == 3)
            #expect(refused.errors.contains("--allow noValidationLabels"), "\(refused.errors)")
            let patient = try Program.run(arguments(folder, "train", ["--patience", "1"]))
            #expect(patient.status == 3 && !patient.errors.contains("--allow"))
            let trained = try Program.run(
                arguments(folder, "train", ["--allow", "noValidationLabels"]))
            #expect(trained.status == 0, "\(trained.errors)")
            #expect(trained.errors.contains("Note: no validation case has a voxel of any label"))
            #expect(
                trained.errors.contains(
                    "is it the right file? (and 1 more like it: labelsTr/phantom0004.nii.gz)"))
            // No figure, and no 0 in its place.
            #expect(!trained.errors.contains("Dice 0.000"))
            let mean = trained.output.split(separator: "\n").first { $0.hasPrefix("mean ") }
            #expect(mean?.split(separator: " ").dropFirst().first == "–", "\(trained.output)")
        }
    }

    @Test("a kind that cannot be allowed is a mistake on the command line")
    func kinds() throws {
        for kind in ["unreadable", "everything"] {
            for command in [["check", "/none"], ["train", "/none", "--network", "unet3d"]] {
                let program = try Program.run(command + ["--allow", kind])
                #expect(program.status == 2)
                #expect(
                    program.errors.contains(
                        "'\(kind)' cannot be allowed. These kinds can: constant,"),
                    "\(program.errors)")
            }
        }
    }
}
