import Foundation
import SegNASDatasets
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASExperiments

@Suite("Files beside label maps")
struct PredictionFilesTests {
    private let labels = LabelTable(foreground: [
        .init(name: "left, \"upper\" lobe", value: 2), .init(name: " \t", value: 70_000),
        .init(name: "tumour", value: 10),
    ])

    private func texts(_ labels: LabelTable) throws -> [String: String] {
        try withTemporaryFolder { folder in
            try LabelFiles(labels).write(to: folder.path)
            var texts: [String: String] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                texts[name] = try String(
                    contentsOf: folder.appending(path: name), encoding: .utf8)
            }
            return texts
        }
    }

    @Test("names and colours for scripts, 3D Slicer and ITK-SNAP")
    func names() throws {
        let texts = try texts(labels)
        #expect(texts.keys.sorted() == ["labels.ctbl", "labels.json", "labels.txt"])
        #expect(
            texts["labels.json"] == #"""
                {
                  "colours" : {
                    "10" : "#0000cc",
                    "2" : "#ff9900",
                    "70000" : "#ff00ff"
                  },
                  "labels" : {
                    "0" : "background",
                    "10" : "tumour",
                    "2" : "left, \"upper\" lobe",
                    "70000" : " \t"
                  },
                  "schema" : 1
                }

                """#)
        #expect(
            texts["labels.ctbl"] == """
                # Color table file labels.ctbl
                # 4 values
                0 background 0 0 0 0
                2 left,_"upper"_lobe 255 153 0 255
                10 tumour 0 0 204 255
                70000 label_70000 255 0 255 255

                """)
        let lines = try #require(texts["labels.txt"]).split(separator: "\n")
        #expect(
            lines.filter { !$0.hasPrefix("#") } == [
                "    0     0    0    0        0  0  0    \"Clear Label\"",
                "    2   255  153    0        1  1  1    \"left, 'upper' lobe\"",
                "   10     0    0  204        1  1  1    \"tumour\"",
            ])
    }

    @Test("values that other programs cannot hold, and a background that is not 0")
    func values() throws {
        let texts = try texts(
            LabelTable(
                foreground: [
                    .init(name: "a", value: -1), .init(name: "b", value: 0),
                    .init(name: "c", value: 1_000_001),
                ], background: 5))
        let slicer = try #require(texts["labels.ctbl"]).split(separator: "\n")
        #expect(slicer.dropFirst(2).map { $0.prefix(3) } == ["5 b", "0 b"])
        let snap = try #require(texts["labels.txt"]).split(separator: "\n")
        #expect(
            snap.filter { !$0.hasPrefix("#") }.map { $0.suffix(13) } == [
                "\"Clear Label\"", " \"background\"",
            ])
        #expect(texts["labels.json"]?.contains(#""5" : "background""#) == true)
    }

    @Test("a dataset's reader takes labels.json for names")
    func readable() throws {
        try withTemporaryFolder { folder in
            try LabelFiles(labels).write(to: folder.path)
            let evaluation = FolderEvaluation(
                references: folder.path, predictions: folder.path,
                labels: folder.appending(path: "labels.json").path)
            #expect(evaluation.faults.allSatisfy { $0.kind != "names" }, "\(evaluation.faults)")
        }
    }

    @Test("files are written where they are missing or differ, and no others")
    func differing() throws {
        try withTemporaryFolder { folder in
            let files = LabelFiles(labels)
            #expect(files.firstOther(in: folder.path) == nil)
            try files.write(to: folder.path)
            #expect(files.firstOther(in: folder.path) == nil)
            let file = folder.appending(path: "labels.ctbl")
            try Data("mine".utf8).write(to: file)
            #expect(files.firstOther(in: folder.path) == file.path)
            try files.write(to: folder.path)
            #expect(files.firstOther(in: folder.path) == nil)
        }
    }

    @Test(
        "volumes have six significant digits",
        arguments: [
            (0, "0"), (0.001, "0.001"), (3.2870000000000004, "3.287"), (1_234_567.8, "1234570"),
            (1234.5678, "1234.57"), (100, "100"), (0.000012345678, "1.23457e-05"),
            (999_999.6, "1000000"),
        ])
    func digits(_ volume: Double, _ text: String) {
        #expect(VolumeTable.text(ofMillilitres: volume) == text)
    }

    // MARK: - Volumes

    private let grid = Geometry(size: [2, 2, 2], affine: Affine(spacing: [2, 2.5, 1]))

    private func table(in folder: URL) throws -> VolumeTable {
        try VolumeTable(in: folder.path, of: labels)
    }

    private func text(in folder: URL) throws -> String {
        try String(contentsOf: folder.appending(path: "volumes.csv"), encoding: .utf8)
    }

    private let header =
        "case,\"left, \"\"upper\"\" lobe (ml)\",tumour (ml),\" \t (ml)\"\r\n"

    @Test("rows are added, kept and replaced")
    func rows() throws {
        try withTemporaryFolder { folder in
            let first = try table(in: folder)
            try first.write("a,b", counts: [2: 1000, 0: 3, 99: 4], on: grid)
            try first.write("\"c\"", counts: [10: 1, 70_000: 200], on: grid)
            #expect(
                try text(in: folder) == header + "\"a,b\",5,0,0\r\n\"\"\"c\"\"\",0,0.005,1\r\n")
            let second = try table(in: folder)
            #expect(second.holds("a,b") && second.holds("\"c\"") && !second.holds("d"))
            try second.write("d", counts: [:], on: grid)
            try second.write("a,b", counts: [2: 1], on: grid)
            #expect(
                try text(in: folder) == header
                    + "\"\"\"c\"\"\",0,0.005,1\r\nd,0,0,0\r\n\"a,b\",0.005,0,0\r\n")
        }
    }

    @Test("an unfinished row and older rows of a case disappear with the next row")
    func unfinished() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "volumes.csv")
            try Data((header + "a,1,1,1\r\nb,1,2\r\na,2,2,2\r\nc,1,1,1").utf8).write(to: file)
            let table = try table(in: folder)
            #expect(table.holds("a") && !table.holds("b") && !table.holds("c"))
            try table.write("c", counts: [:], on: grid)
            #expect(try text(in: folder) == header + "a,2,2,2\r\nc,0,0,0\r\n")
        }
    }

    @Test(
        "a file that is no table of these labels is refused",
        arguments: ["", "case\n", "x,y\n1,2\n"])
    func other(_ text: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "volumes.csv")
            try Data(text.utf8).write(to: file)
            #expect(throws: PredictionFolderError.self) { try table(in: folder) }
            #expect(try Data(contentsOf: file) == Data(text.utf8))
        }
    }
}
