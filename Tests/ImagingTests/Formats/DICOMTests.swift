import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("DICOM series")
struct DICOMTests: DICOMReading {
    @Test(
        "Slices are put in order of their places, whatever their names", arguments: [true, false])
    func order(isExplicit: Bool) throws {
        let slices = slices { slice, _ in slice.isExplicit = isExplicit }
        var files = zip(["d", "a.dcm", "c", "b"], slices).map { ($0, $1.file) }
        var report = DICOMBytes(isExplicit: isExplicit)
        report.kind = "1.2.840.10008.5.1.4.1.1.88.11"
        report.without = [.pixelData, .rows]
        files += [
            ("report.dcm", report.file), ("README.txt", Array("hello".utf8)),
            (".hidden.dcm", [1, 2, 3]),
        ]
        let volume = try read(files).get()
        #expect(volume.shape == [3, 2, 4])
        let values = (0..<24).map { (index: Int) -> Double in
            let (slice, pixel) = (index / 6, index % 6)
            return Double(100 * slice + pixel - 10)
        }
        #expect(VolumeStatistics(volume).sum == values.reduce(0, +))
        #expect(volume.samples.doubles == values)
        // x by columns, whose distance comes second in the file; LPS turned to RAS.
        let expected = Affine(
            x: [-0.25, 0, 0], y: [0, -0.5, 0], z: [0, 0, 2], origin: [-1, -2, 3])
        #expect(volume.affine == expected)
    }

    @Test("An oblique series lies where its slices say")
    func oblique() throws {
        let (row, column) = (SIMD3(0.8, 0.6, 0), SIMD3(0, 0, -1.0))
        let normal = SIMD3(-0.6, 0.8, 0)  // row × column
        let slices = slices { slice, index in
            slice.orientation = [row.x, row.y, row.z, column.x, column.y, column.z]
            // Against the normal: the first file is the last slice.
            let place = SIMD3(1, 2, 3) - normal * 1.5 * Double(index)
            slice.position = [place.x, place.y, place.z]
        }
        let affine = try read(slices).get().affine
        let lps = SIMD3<Double>(-1, -1, 1)
        let wanted = Affine(
            x: row * 0.25 * lps, y: column * 0.5 * lps, z: normal * 1.5 * lps,
            origin: (SIMD3(1, 2, 3) - normal * 4.5) * lps)
        for (number, expected) in zip(affine.rows.joined(), wanted.rows.joined()) {
            #expect(abs(number - expected) < 1e-9)
        }
    }

    @Test("Slope and intercept are applied, and may differ between slices")
    func scaling() throws {
        let same = try read(slices { slice, _ in slice.slope = 0.5 }).get()
        #expect(same.samples.doubles.prefix(3) == [-10, -9.5, -9])
        let mixed = try read(slices { slice, index in slice.slope = 1 + Double(index) / 2 }).get()
        #expect(mixed.samples.type == .float64)
        let values = (0..<24).map { (index: Int) -> Double in
            let (slice, pixel) = (Double(index / 6), Double(index % 6))
            return (100 * slice + pixel) * (1 + slice / 2) - 10
        }
        #expect(mixed.samples.doubles == values)
    }

    @Test("Slices that make no volume are refused")
    func irregular() throws {
        let twice = slices { slice, index in if index == 2 { slice.position[2] = 5 } }
        #expect(fault(try read(twice)) == .dicom(.samePosition(as: "1.dcm")))
        let turned = slices { slice, index in
            if index == 0 { slice.orientation = [0, 1, 0, -1, 0, 0] }
        }
        #expect(fault(try read(turned)) == .dicom(.differs(in: "orientation", count: 1, of: 4)))
        let narrow = slices { slice, index in if index == 1 { slice.size = [3, 2] } }
        #expect(fault(try read(narrow)) == .dicom(.differs(in: "size", count: 1, of: 4)))
        let unscaled = slices { slice, index in
            if index == 1 { slice.without = [.slope, .intercept] }
        }
        #expect(
            fault(try read(unscaled))
                == .dicom(.differs(in: "having a Rescale Slope", count: 1, of: 4)))
        let lost = slices { slice, index in if index == 1 { slice.without = [.position] } }
        #expect(fault(try read(lost)) == .dicom(.missing("Image Position (Patient)")))
        let stranger = slices { slice, index in slice.texts[.patient] = index == 1 ? "7" : "5" }
        #expect(fault(try read(stranger)) == .dicom(.differs(in: "Patient ID", count: 1, of: 4)))
        let spaces = slices { slice, index in slice.texts[.space] = index < 2 ? "1.2" : "1.3" }
        #expect(try image(spaces).get().remarks == [.dicom(.spaces(2))])
        let nameless = slices { slice, index in slice.texts[.patient] = index == 1 ? nil : "5" }
        #expect(fault(try read(nameless)) == nil)
        let fine = slices { slice, index in if index == 1 { slice.spacing = [0.5, 0.5] } }
        #expect(fault(try read(fine)) == .dicom(.differs(in: "pixel spacing", count: 1, of: 4)))
    }

    @Test("Slices that are no grey images with a place are refused by name")
    func kinds() throws {
        let cases: [((inout DICOMBytes) -> Void, ImageFault)] = [
            ({ $0.photometric = "RGB" }, .sampleKind("RGB colour")),
            ({ $0.frames = 7 }, .dicom(.severalFrames(7))),
            ({ $0.without = [.position] }, .dicom(.missing("Image Position (Patient)"))),
            ({ $0.without = [.pixelData] }, .dicom(.missing("Pixel Data"))),
            ({ $0.without = [.pixelData, .rows] }, .dicom(.missing("Pixel Data"))),
            ({ $0.without = [.series] }, .dicom(.missing("Series Instance UID"))),
            ({ $0.spacing = [0, 1] }, .spacing(axis: 2, 0)),
            ({ $0.spacing = [1, .nan] }, .dicom(.value("Pixel Spacing"))),
            ({ $0.slope = 0 }, .dicom(.value("Rescale Slope"))),
            ({ $0.without = [.slope] }, .dicom(.missing("Rescale Slope"))),
            ({ $0.without = [.intercept] }, .dicom(.missing("Rescale Intercept"))),
            ({ $0.without = [.representation] }, .dicom(.missing("Pixel Representation"))),
            ({ $0.bits.high = 11 }, .dicom(.value("High Bit"))),
            ({ $0.bits = (12, 12, 11, false) }, .dicom(.value("Bits Allocated"))),
            ({ $0.sequences = [.modalityTable] }, .dicom(.unknownValues("Modality LUT Sequence"))),
            ({ $0.texts[.floatPixelData] = "" }, .dicom(.unknownValues("Float Pixel Data"))),
            ({ $0.syntax = "1.2.840.10008.1.2.2" }, .dicom(.transferSyntax("1.2.840.10008.1.2.2"))),
            (
                { $0.syntax = "1.2.840.10008.1.2.4.201" },
                .dicom(.transferSyntax("1.2.840.10008.1.2.4.201"))
            ),
            ({ $0.size = [60_000, 60_000] }, .truncated(expected: 7_200_000_000, actual: 12)),
            ({ $0.pixels.removeLast() }, .truncated(expected: 12, actual: 10)),
            ({ $0.pixels += [1, 2, 3] }, .surplus(expected: 12)),
            (
                { $0.orientation = [1, 0, 0, 1, 0, 0] },
                .affine(name: "Image Orientation (Patient)")
            ),
        ]
        for (change, expected) in cases {
            #expect(fault(try read(slices { slice, _ in change(&slice) })) == expected)
        }
    }

    @Test("No beginning of a slice is taken for the whole, and no message names the patient")
    func truncation() throws {
        let files = slices(3).map(\.file)
        for count in 1..<files[1].count {
            let spoilt = [files[0], Array(files[1].prefix(count)), files[2]]
            let result = try read(spoilt.enumerated().map { ("\($0.offset).dcm", $0.element) })
            guard case .failure(let error) = result else {
                Issue.record("\(count) of \(files[1].count) bytes are read")
                continue
            }
            #expect(!"\(error)".contains("Mustermann"))
            #expect(error.file.hasSuffix("1.dcm"))
        }
    }

    @Test("A single file leads to its folder")
    func file() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.dcm")
            try Data(DICOMBytes().file).write(to: file)
            #expect(throws: ImageError(file: file.path, fault: .dicom(.singleFile))) {
                try Volume(contentsOf: file.path)
            }
        }
    }
}
