import Foundation
import ModelSupport
import SegNASDatasets
import SegNASTorch
import TestSupport
import Testing

@Suite("DICOM series on the command line")
struct DICOMSeriesTests {
    /// Series 3, of ones, and series 4, of twos, three slices each, and a file that is neither.
    private func write(to folder: URL) throws {
        for (number, value) in [(3, 1), (4, 2)] as [(Int, UInt16)] {
            var series = DICOMPhantom(size: [2, 2, 3]) { _, _, _ in value }
            series.number = number
            series.series = "1.2.\(number)"
            series.modality = "CT"
            try series.write(to: folder)
        }
        try Data([1, 2, 3, 0]).write(to: folder.appending(path: "odd"))
    }

    @Test("info lists the series of a folder, and shows the one that --series names")
    func info() throws {
        try withTemporaryFolder { folder in
            try write(to: folder)
            let listed = try Program.run("info", folder.path)
            #expect(listed.status == 1 && listed.output.isEmpty)
            #expect(
                listed.errors == """
                    Error: \(folder.path): holds 2 series of images, 3 (CT, 3 images); 4 (CT, 3 images): name one with \
                    --series, as in --series 3, or put each into a separate folder

                    """)
            for selection in ["4", "1.2.4"] {
                let shown = try Program.run("info", folder.path, "--series", selection)
                #expect(shown.status == 0 && shown.errors.isEmpty)
                #expect(shown.output.contains("  shape        2 × 2 × 3\n"))
                #expect(shown.output.contains("  values       2 to 2, sum 24\n"))
                #expect(shown.output.contains("passed over: series 3 (CT, 3 images)\n"))
                #expect(shown.output.contains("1 file passed over, which are not DICOM: odd\n"))
            }
            #expect(try Program.run("info", folder.path, "--series", "Thorax").status == 2)
        }
    }

    @Test("predict takes the series that --series names, and notes what it passed over")
    func predict() async throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let scan = folder.appending(path: "scan")
        try FileManager.default.createDirectory(at: scan, withIntermediateDirectories: true)
        try write(to: scan)
        let model = folder.appending(path: "model").path
        try await TensorActor.run {
            try ModelScene.write(
                ModelScene.rounding(.init(size: [24, 24, 24], fit: .pad, isCanonical: false)),
                to: model)
        }
        let output = folder.appending(path: "output").path
        let arguments = [
            "predict", model, scan.path, "--output", output, "--device", "cpu", "--quiet",
        ]
        let unnamed = try Program.run(arguments)
        #expect(unnamed.status == 1)
        #expect(unnamed.errors.contains("as in --series 3"))
        let program = try Program.run(arguments + ["--series", "4"])
        #expect(program.status == 0, "\(program.errors)")
        for words in [
            "passed over: series 3 (CT, 3 images)", "1 file passed over, which are not DICOM: odd",
        ] {
            #expect(program.errors.contains("Warning: \(scan.path): \(words)\n"))
        }
        // Another series would be taken for the one that is there.
        #expect(try Program.run(arguments + ["--series", "3"]).status != 0)
    }

    @Test(
        "predict takes a file of several frames, alone and in a folder, as the series of its slices"
    )
    func frames() async throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let phantom = DICOMPhantom(size: [6, 5, 4]) { x, y, z in UInt16((x + y + z) % 3) }
        try phantom.write(to: folder.appending(path: "scan"))
        let scan = folder.appending(path: "frames").appending(path: "scan.dcm")
        try FileManager.default.createDirectory(
            at: scan.deletingLastPathComponent(), withIntermediateDirectories: true)
        try phantom.writeFrames(to: scan)
        let model = folder.appending(path: "model").path
        try await TensorActor.run {
            try ModelScene.write(
                ModelScene.rounding(.init(size: [24, 24, 24], fit: .pad, isCanonical: false)),
                to: model)
        }
        let inputs = [
            (folder.appending(path: "scan").path, "scan"), (scan.path, "scan"),
            (scan.deletingLastPathComponent().path, "frames"),
        ]
        var maps: [Data] = []
        for (index, (input, name)) in inputs.enumerated() {
            let output = folder.appending(path: "output-\(index)").path
            let program = try Program.run(
                "predict", model, input, "--output", output, "--device", "cpu", "--quiet",
                "--dicom-seg")
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.isEmpty)
            let map = "\(output)/\(name).nii.gz"
            maps.append(try Data(contentsOf: URL(filePath: map)))
            let shown = try Program.run("info", map).output
            #expect(shown.contains("  shape        6 × 5 × 4\n"))
            // 40 voxels of each class, whose labels are 1, 3 and 205.
            #expect(shown.contains("  values       1 to 205, sum 8360\n"))
            #expect(FileManager.default.fileExists(atPath: "\(output)/\(name).dcm"))
        }
        #expect(maps == [maps[0], maps[0], maps[0]])
        let shown = try Program.run("info", scan.path)
        #expect(shown.status == 0 && shown.output.contains("  shape        6 × 5 × 4\n"))
        // Label maps would be taken for slices.
        let within = try Program.run(
            "predict", model, inputs[0].0, "--output", inputs[0].0, "--device", "cpu", "--dicom-seg"
        )
        #expect(within.status == 1)
        #expect(within.errors.contains("is the folder of a DICOM series to be predicted"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: inputs[0].0).count == 4)
        // A slice is not taken for its series.
        let slice = folder.appending(path: "scan").appending(path: "1-1").path
        let alone = try Program.run("info", slice)
        #expect(alone.status == 1 && alone.errors.contains("name the folder that holds the files"))
    }
}
