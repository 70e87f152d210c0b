import Foundation
import SegNASDatasets
import SegNASExperiments
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@Suite("DICOM series with segmentations as a dataset")
struct DICOMDatasetTests {
    /// Four patients with a ball of 200 around a core of 400, as archives lay them out: `P1/scan` and `P1/labels`.
    private struct Scene {
        let folder: URL
        var data: String { folder.appending(path: "data").path }

        static let size = 16

        func distance(_ x: Int, _ y: Int, _ z: Int, _ patient: Int) -> Double {
            let centre = [7 + 0.4 * Double(patient), 7.5, 7]
            let place = [Double(x), Double(y), Double(z)]
            return zip(place, centre).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
        }

        func label(_ x: Int, _ y: Int, _ z: Int, _ patient: Int) -> UInt8 {
            let distance = distance(x, y, z, patient)
            return distance < 2.5 ? 2 : distance < 5 ? 1 : 0
        }

        /// Writes patients; the structures of each are given by name, in the order of their numbers.
        func write(_ names: [[String]] = [[String]](repeating: ["ball", "core"], count: 4)) throws {
            for (index, names) in names.enumerated() {
                let patient = folder.appending(path: "data/P\(index + 1)")
                var phantom = DICOMPhantom(size: [Self.size, Self.size, Self.size]) { x, y, z in
                    [20, 200, 400][Int(label(x, y, z, index))] + UInt16((x + 3 * y + 7 * z) % 19)
                }
                // What NIfTI rounds to 32 bits.
                phantom.spacing = [0.7, 0.7, 0.7]
                phantom.direction = "0.6\\0.8\\0\\0\\0\\-1"
                phantom.study = "1.2.\(index + 1)"
                phantom.series = "1.2.\(index + 1).1"
                let scan = patient.appending(path: "scan")
                try phantom.write(to: scan)
                let geometry = try Volume(contentsOf: scan.path).geometry
                let values = (0..<geometry.voxelCount).map { voxel in
                    label(
                        voxel % Self.size, voxel / Self.size % Self.size,
                        voxel / Self.size / Self.size, index)
                }
                try FileManager.default.createDirectory(
                    at: patient.appending(path: "labels"), withIntermediateDirectories: true)
                let writer = DICOMSegmentationWriter(name: "test", version: "1")
                try writer.write(
                    Volume(Samples(values), geometry: geometry),
                    names.map { name in
                        SegmentDescription(
                            name: name, values: [name.lowercased() == "core" ? 2 : 1],
                            colour: .grey(100))
                    },
                    ofSeriesIn: scan.path, to: patient.path + "/labels/seg.dcm")
            }
        }
    }

    private func withScene(_ body: (Scene) throws -> Void) throws {
        try withTemporaryFolder { try body(Scene(folder: $0)) }
    }

    @Test("it is checked, trained on and predicted, and its segmentations are evaluated")
    func whole() throws {
        try withScene { scene in
            try scene.write()
            let check = try Program.run("check", scene.data)
            #expect(check.status == 0, "\(check.output)\(check.errors)")
            #expect(check.output.contains("DICOM series with segmentations such as P1/labels/seg"))
            let (run, output) = (scene.folder.path + "/run", scene.folder.path + "/out")
            let network = scene.folder.appending(path: "n.json")
            try Data(#"{"n": 4, "p": 1, "sup": 0, "res": 1, "nodes": 3, "ops": [2, 0, 2]}"#.utf8)
                .write(to: network)
            let train = try Program.run(
                "train", scene.data, "--network", network.path, "--epochs", "40", "--split",
                "50/25/25", "--output", run, "--cache", scene.folder.path + "/cache", "--threads",
                "1", "--memory-limit", "1GiB", "--quiet", "--device", "cpu")
            #expect(train.status == 0, "\(train.errors)")
            let arguments = [
                "predict", run, scene.data, "--output", output, "--device", "cpu", "--quiet",
            ]
            let plain = try Program.run(arguments)
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(!FileManager.default.fileExists(atPath: output + "/P1.dcm"))
            // What is there already is kept, and gets its segmentation.
            let segmented = try Program.run(arguments + ["--dicom-seg"])
            #expect(segmented.status == 0 && segmented.output.contains("4 there already"))
            for name in ["P1", "P2", "P3", "P4"] {
                let map = try LabelMap(contentsOf: "\(output)/\(name).nii.gz")
                let scan = try FileManager.default.contentsOfDirectory(atPath: output)
                #expect(scan.contains("\(name).dcm"))
                // Beside its series, it holds what the label map holds.
                let place = "\(scene.data)/\(name)/predicted.dcm"
                try FileManager.default.copyItem(atPath: "\(output)/\(name).dcm", toPath: place)
                let image = try ImageFile(contentsOf: place)
                #expect(try LabelMap(image).values == map.values)
                #expect(image.labelNames?.entries.map(\.name) == ["ball", "core"])
                try FileManager.default.removeItem(atPath: place)
            }
            let evaluation = try Program.run(
                "evaluate", "--references", scene.data, "--predictions", output, "--quiet")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            #expect(evaluation.output.contains("core") && evaluation.output.contains("4 cases"))
            let other = try Program.run(
                "predict", run, output + "/P1.nii.gz", "--output", scene.folder.path + "/o2",
                "--dicom-seg", "--device", "cpu")
            #expect(other.status != 0 && other.errors.contains("leave out --dicom-seg"))
            #expect(!FileManager.default.fileExists(atPath: scene.folder.path + "/o2"))
            // A file of the user's own is not taken for one of ours.
            let own = URL(filePath: scene.data + "/P1.dcm")
            try FileManager.default.copyItem(
                atPath: scene.data + "/P1/labels/seg.dcm", toPath: own.path)
            let beside = ["predict", run, scene.data + "/P1/scan", "--device", "cpu", "--quiet"]
            let bytes = try Data(contentsOf: own)
            let moved = URL(filePath: scene.data + "/scan.dcm")
            try FileManager.default.moveItem(at: own, to: moved)
            let kept = try Program.run(beside + ["--output", scene.data])
            #expect(kept.status == 0, "\(kept.errors)")
            #expect(try bytes == Data(contentsOf: moved))
            let refused = try Program.run(
                beside + ["--output", scene.data, "--overwrite", "--dicom-seg"])
            #expect(refused.errors.contains("scan.dcm is not the file that segnas3d predict"))
            #expect(try bytes == Data(contentsOf: moved))
            try FileManager.default.removeItem(at: moved)
        }
    }

    @Test("several series in one folder are as many cases, of a part too")
    func oneFolder() throws {
        try withScene { scene in
            try scene.write([["ball", "core"], ["ball", "core"]])
            let all = scene.folder.appending(path: "all").path
            let files = FileManager.default
            try files.createDirectory(atPath: all, withIntermediateDirectories: false)
            for file in try files.subpathsOfDirectory(atPath: scene.data)
            where !FileSystem.isFolder("\(scene.data)/\(file)") {
                try files.moveItem(
                    atPath: "\(scene.data)/\(file)",
                    toPath: "\(all)/\(file.replacingOccurrences(of: "/", with: "-"))")
            }
            let dataset = try Dataset(contentsOf: all)
            #expect(dataset.training.count == 2)
            let part = dataset.training.map(\.identifier)
            let inputs = try ImageInputs([all], channels: 1, of: .identifiers(part))
            #expect(inputs.faults.isEmpty && inputs.cases == dataset.training)
        }
    }

    @Test("structures are told apart by their names where files number them differently")
    func numbering() throws {
        try withScene { scene in
            try scene.write([
                ["ball", "core"], ["core", "ball"], ["Core", "ball"], ["ball", "core", "rim"],
            ])
            let dataset = try Dataset(contentsOf: scene.data)
            #expect(dataset.layout == .dicom && dataset.channels == ["MR"])
            #expect(dataset.labels.foreground.map(\.name) == ["ball", "core", "rim"])
            let maps = try dataset.training.map { subject in
                try LabelMap(
                    contentsOf: #require(subject.label), values: dataset.labels.valuesByName)
            }
            // A rim that is the same as the ball is painted over it or under it.
            for map in maps.prefix(3) {
                #expect((map.labelCounts[2] ?? 0) > 30)
                #expect((map.labelCounts[1] ?? 0) > 300 && map.labelCounts[3] == nil)
            }
            try Data(#"{"labels": {"background": 0, "core": 7}}"#.utf8)
                .write(to: URL(filePath: scene.data + "/dataset.json"))
            let chosen = try Dataset(contentsOf: scene.data)
            #expect(chosen.labels.foreground == [.init(name: "core", value: 7)])
            let check = try Program.run("check", scene.data)
            #expect(check.status == 0, "\(check.output)")
            #expect(check.output.contains("structures left out: ball"))
        }
    }

    @Test("voxels to ignore are ignored, and predictions among the input are no labels")
    func ignored() throws {
        try withScene { scene in
            try scene.write([
                ["ball", "core"], ["ball", "core"], ["ball", "core"], ["ball", "core"],
            ])
            try Data(#"{"labels": {"background": 0, "ball": 1, "ignore": 2}}"#.utf8)
                .write(to: URL(filePath: scene.data + "/dataset.json"))
            #expect(try Dataset(contentsOf: scene.data).labels.ignore == 2)
            try FileManager.default.removeItem(atPath: scene.data + "/dataset.json")
            let inner = scene.folder.appending(path: "data/P1/out")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: inner.appending(path: "prediction.json"))
            try FileManager.default.copyItem(
                atPath: scene.data + "/P1/labels/seg.dcm", toPath: inner.path + "/P1.dcm")
            #expect(try Dataset(contentsOf: scene.data).training.count == 4)
            // Whatever is wrong with segmentations, series can be predicted.
            try FileManager.default.copyItem(
                atPath: scene.data + "/P1/labels/seg.dcm",
                toPath: scene.data + "/P1/labels/twin.dcm")
            try FileManager.default.removeItem(atPath: scene.data + "/P2/scan")
            let inputs = try ImageInputs([scene.data], channels: 1)
            #expect(inputs.faults == [] && inputs.cases.map(\.identifier) == ["P1", "P3", "P4"])
        }
    }

    @Test("two segmentations of a series, and one without its series, are named")
    func faults() throws {
        try withScene { scene in
            try scene.write()
            let labels = scene.data + "/P1/labels"
            try FileManager.default.copyItem(
                atPath: labels + "/seg.dcm", toPath: labels + "/seg2.dcm")
            try FileManager.default.removeItem(atPath: scene.data + "/P2/scan")
            let check = try Program.run("check", scene.data)
            #expect(check.status == 3)
            #expect(check.output.contains("P1/labels/seg2.dcm"))
            #expect(check.output.contains("segments the series 1.2.2.1, which is not beside it"))
        }
    }
}
