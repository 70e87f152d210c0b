import Foundation
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@testable import segnas3d

@Suite("Evaluate")
struct EvaluateTests {
    /// Calls a body with a folder of references and one of predictions, with these labels in the voxels of each map.
    private func withFolders(
        _ predictions: [String: [UInt8]], references: [String] = ["a", "b", "c"],
        _ body: (_ references: String, _ predictions: String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            func write(_ maps: [String: [UInt8]], to name: String) throws -> String {
                let folder = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
                for (file, values) in maps {
                    try Volume(
                        Samples(values), geometry: Geometry(size: [6, 1, 1], affine: .identity)
                    ).write(to: folder.appending(path: file + ".nii.gz").path)
                }
                return folder.path
            }
            let map: [UInt8] = [0, 1, 1, 2, 2, 2]
            let references = try write(
                Dictionary(uniqueKeysWithValues: references.map { ($0, map) }), to: "references")
            try Data(#"{"labels": {"background": 0, "one": 1, "two": 2}}"#.utf8).write(
                to: folder.appending(path: "dataset.json"))
            try body(references, try write(predictions, to: "predictions"))
        }
    }

    @Test("a table for readers")
    func text() throws {
        try withFolders([
            "a": [0, 1, 1, 2, 2, 2], "b": [0, 1, 1, 2, 2, 2], "c": [0, 1, 1, 1, 1, 2],
        ]) { references, predictions in
            let program = try Program.run(
                "evaluate", "--references", references, "--predictions", predictions)
            #expect(program.status == 0)
            #expect(
                program.output == """
                    label            Dice    std  median   95 % interval  sens.  prec.  HD95  ASSD    NSD  \
                    cases  missed  made up
                    one             0.889  0.192   1.000  0.667 to 1.000  1.000  0.833  0.62  0.17  0.944  \
                        3       0        0
                    two *           0.833  0.289   1.000  0.500 to 1.000  0.778  1.000  0.63  0.25  0.917  \
                        3       0        0
                    mean of labels  0.861  0.241   1.000  0.583 to 1.000  0.889  0.917  0.62  0.21  0.931      3
                    distances in mm, over cases that have the label in both maps; tolerance of the NSD 1 mm; missed: \
                    only in the reference, made up: only in the prediction
                    * hardest by mean Dice

                    3 cases evaluated.

                    """)
        }
    }

    @Test("nnU-Net's summary, with what is missing beside it")
    func json() throws {
        try withFolders([
            "a": [0, 1, 1, 2, 2, 2], "b": [0, 0, 0, 2, 2, 2], "d": [0, 0, 0, 0, 0, 0],
        ]) {
            references, predictions in
            let program = try Program.run(
                "evaluate", "--references", references, "--predictions", predictions, "--json")
            #expect(program.status == 1)
            let document = try #require(
                JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
            #expect(document["schema"] as? Int == 1 && document["references"] as? Int == 3)
            let mean = try #require(document["mean"] as? [String: [String: Any]])
            #expect(mean["1"]?["Dice"] as? Double == 0.5)
            #expect(mean["1"]?["HD95"] as? Double == 0)
            #expect(mean["1"]?["Precision"] as? Double == 1)
            let foreground = try #require(document["foreground_mean"] as? [String: Any])
            #expect(foreground["Dice"] as? Double == 0.75)
            let cases = try #require(document["metric_per_case"] as? [[String: Any]])
            #expect(
                cases.map { $0["reference_file"] as? String }
                    == ["a", "b"].map { "\(references)/\($0).nii.gz" })
            let metrics = try #require(cases[1]["metrics"] as? [String: [String: Any]])
            #expect(metrics["1"]?["FN"] as? Int == 2 && metrics["1"]?["TN"] as? Int == 4)
            #expect(metrics["1"]?["Precision"] is NSNull)
            let faults = try #require(document["faults"] as? [[String: Any]])
            #expect(
                faults.map { $0["kind"] as? String } == ["missingPrediction", "missingReference"])
            #expect(faults.map { $0["case"] as? String } == ["c", "d"])
        }
    }

    @Test("lesions, in a table and in JSON")
    func lesions() throws {
        try withFolders([
            "a": [0, 1, 1, 2, 2, 2], "b": [1, 0, 1, 2, 0, 2], "c": [0, 0, 0, 2, 0, 0],
        ]) { references, predictions in
            let command = [
                "evaluate", "--references", references, "--predictions", predictions, "--lesions",
                "--lesion-volume", "1",
            ]
            let text = try Program.run(command)
            #expect(text.status == 0)
            #expect(
                text.output.contains(
                    """


                    Lesions (connected components, 26 neighbours) of 1 mm³ or more:
                    label       lesions  predicted  found  missed  false  sens.  prec.     F1  F1 per case    std  cases
                    one               3          3      2       1      1  0.667  0.667  0.667        0.556  0.509      3
                    two               3          4      3       0      0  1.000  1.000  1.000        1.000  0.000      3
                    all labels        6          7      5       1      1  0.833  0.833  0.833        0.822  0.168      3
                    found: shares a voxel with the prediction; false: predicted, and shares none with the reference


                    """), "\(text.output)")
            let program = try Program.run(command + ["--json"])
            let document = try #require(
                JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
            let lesions = try #require(document["lesions"] as? [String: [String: Any]])
            #expect(lesions.keys.sorted() == ["1", "2", "foreground"])
            let all = try #require(lesions["1"]?["all"] as? [String: Any])
            #expect(all["TP"] as? Int == 2 && all["FN"] as? Int == 1 && all["FP"] as? Int == 1)
            #expect(all["n_ref"] as? Int == 3 && all["n_pred"] as? Int == 3)
            let statistics = try #require(lesions["1"]?["statistics"] as? [String: [String: Any]])
            #expect(statistics["Precision"]?["count"] as? Int == 2)
            let cases = try #require(document["metric_per_case"] as? [[String: Any]])
            let last = try #require(cases[2]["lesions"] as? [String: [String: Any]])
            #expect(last["1"]?["F1"] as? Double == 0 && last["1"]?["Precision"] is NSNull)
            #expect((document["options"] as? [String: Any])?["lesionVolume"] as? Double == 1)
        }
    }

    @Test("by default lesions have 3 mm³ or more, and none are counted without being asked for")
    func lesionVolume() throws {
        try withFolders(["a": [0, 1, 1, 2, 2, 2]], references: ["a"]) { references, predictions in
            let folders = ["evaluate", "--references", references, "--predictions", predictions]
            let text = try Program.run(folders + ["--lesions"]).output
            #expect(text.contains("26 neighbours) of 3 mm³ or more"))
            #expect(text.contains("one               0          0      0       0      0      –"))
            #expect(!(try Program.run(folders).output.contains("esions")))
            #expect(!(try Program.run(folders + ["--json"]).output.contains("esion")))
        }
    }

    @Test("what was not predicted may be left out")
    func partial() throws {
        try withFolders(["a": [0, 1, 1, 2, 2, 2]]) { references, predictions in
            let folders = ["evaluate", "--references", references, "--predictions", predictions]
            #expect(try Program.run(folders).status == 1)
            let program = try Program.run(folders + ["--partial", "--json"])
            #expect(program.status == 0)
            let document = try #require(
                JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
            #expect(document["references"] as? Int == 1)
        }
    }

    @Test(
        "every prediction is evaluated or named, even if several could belong to one reference",
        arguments: [
            ["a", "a_seg"], ["a_seg", "a_mask"], ["a", "a_seg", "a_mask", "seg_a"],
            ["label_a", "a_label", "image_a"],
        ])
    func claims(_ names: [String]) throws {
        let map: [UInt8] = [0, 1, 1, 2, 2, 2]
        for references in names.map({ [$0] }) + [["a_seg", "a_orig"]] {
            try withFolders(
                Dictionary(uniqueKeysWithValues: names.map { ($0, map) }), references: references
            ) { references, predictions in
                let program = try Program.run(
                    "evaluate", "--references", references, "--predictions", predictions, "--json")
                let document = try #require(
                    JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
                let cases = try #require(document["metric_per_case"] as? [[String: Any]])
                let faults = try #require(document["faults"] as? [[String: Any]])
                let missing = faults.count { $0["kind"] as? String == "missingReference" }
                #expect(cases.count + missing == names.count, "\(program.output)")
            }
        }
    }

    @Test("mistakes on the command line")
    func usage() throws {
        #expect(try Program.run("evaluate").status == 2)
        let folders = ["evaluate", "--references", "/none", "--predictions", "/none"]
        #expect(try Program.run(folders + ["--tolerance", "nan"]).status == 2)
        #expect(try Program.run(folders + ["--threads", "0"]).status == 2)
        #expect(try Program.run(folders + ["--lesions", "--lesion-volume", "-1"]).status == 2)
        let volume = try Program.run(folders + ["--lesion-volume", "1"])
        #expect(volume.status == 2 && volume.errors.contains("give both"))
        let program = try Program.run(folders)
        #expect(program.status == 1)
        #expect(program.output.contains("/none: is not a folder that can be read"))
    }

    @Test(
        "digits behind the point",
        arguments: [
            (0.9, 3, "0.900"), (-0.05, 2, "-0.05"), (-0.001, 2, "0.00"), (1234.5678, 2, "1234.57"),
        ])
    func digits(_ value: Double, _ digits: Int, _ text: String) {
        #expect(decimal(value, digits) == text)
    }
}
