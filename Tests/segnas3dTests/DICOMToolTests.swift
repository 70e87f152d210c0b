import Foundation
import SegNASImaging
import TestSupport
import Testing

@Suite(
    "DICOM segmentations beside highdicom and pydicom",
    .enabled(
        if: Python.has("highdicom, pydicom"),
        "name a Python with highdicom and pydicom in SEGNAS3D_PYTHON"))
struct DICOMToolTests {
    @Test("what they write is read with the same values, and they read what is written")
    func both() throws {
        try withTemporaryFolder { folder in
            let written = try Python.run(fixture: "dicom.py", "write", folder.path)
            #expect(written.status == 0, "\(written.errors)")
            let labels = try Data(contentsOf: folder.appending(path: "labels.raw")).map(Int.init)
            for name in [
                "BINARY", "FRACTIONAL", "LABELMAP", "implicit", "flipped", "contours",
            ] {
                let image = try ImageFile(contentsOf: "\(folder.path)/\(name).dcm")
                #expect(try LabelMap(image).values.map(Int.init) == labels, "\(name)")
                #expect(image.labelNames?.entries.map(\.name) == ["first", "second"])
            }
            let scan = folder.path + "/scan"
            let geometry = try Volume(contentsOf: scan).geometry
            let values = labels.map { UInt8([0, 5, 9][$0]) }
            try DICOMSegmentationWriter(name: "segnas3d", version: "1").write(
                Volume(Samples(values), geometry: geometry),
                [
                    SegmentDescription(name: "five", values: [5], colour: RGB(1, 2, 3)),
                    SegmentDescription(name: "Größe", values: [9], colour: RGB(9, 8, 7)),
                ], ofSeriesIn: scan, to: folder.path + "/ours.dcm")
            let read = try Python.run(
                fixture: "dicom.py", "read", folder.path + "/ours.dcm", scan)
            #expect(read.status == 0, "\(read.errors)")
            let lines = read.output.split(separator: "\n")
            #expect(lines.first == "five Größe" && lines[1] == "Müller^E True")
            #expect(lines[2].split(separator: " ").compactMap { Int($0) } == labels)
        }
    }
}
