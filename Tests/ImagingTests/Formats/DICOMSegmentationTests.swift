import Foundation
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("DICOM segmentations")
struct DICOMSegmentationTests {
    private let writer = DICOMSegmentationWriter(name: "segnas3d", version: "1")
    private let segments = [
        SegmentDescription(name: "liver", values: [3], colour: RGB(255, 0, 0)),
        SegmentDescription(name: "Größe", values: [7], colour: RGB(0, 255, 0)),
    ]

    /// Calls a body with a folder that holds a series in `scan`, and its geometry.
    private func withSeries(
        size: [Int] = [3, 5, 4], direction: String = "1\\0\\0\\0\\1\\0",
        patient: String = "Phantom", _ body: (URL, Geometry) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            var phantom = DICOMPhantom(size: size) { UInt16($0 + 10 * $1 + 100 * $2) }
            (phantom.direction, phantom.patient) = (direction, patient)
            let scan = folder.appending(path: "scan")
            try phantom.write(to: scan)
            try body(folder, Volume(contentsOf: scan.path).geometry)
        }
    }

    private func values(_ volume: Volume) throws -> [Int] {
        try LabelMap(volume).values.map(Int.init)
    }

    /// Rows of a number of pixels that is no multiple of eight, so that frames begin within bytes.
    @Test(
        "what is written is read again, in odd sizes and oblique",
        arguments: [[3, 5, 4], [1, 1, 2], [8, 1, 3], [17, 13, 6]],
        ["1\\0\\0\\0\\1\\0", "0.6\\0.8\\0\\0\\0\\-1"])
    func roundTrip(size: [Int], direction: String) throws {
        try withSeries(size: size, direction: direction) { folder, geometry in
            var generator = SeededGenerator(seed: UInt64(size[0]))
            for share in [2, 12] {
                let labels: [UInt16] = (0..<geometry.voxelCount).map { _ in
                    switch Int(generator.next() % UInt64(share)) {
                    case 0: 3
                    case 1: 7
                    default: 0
                    }
                }
                let file = folder.appending(path: "seg/labels.dcm").path
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "seg"), withIntermediateDirectories: true)
                try writer.write(
                    Volume(Samples(labels), geometry: geometry), segments,
                    ofSeriesIn: folder.path + "/scan", to: file, replacing: true)
                let image = try ImageFile(contentsOf: file)
                #expect(image.volume.geometry == geometry)
                #expect(image.remarks == [])
                // Its own numbers count from 1.
                #expect(
                    try values(image.volume) == labels.map { [3: 1, 7: 2, 0: 0][$0] ?? -1 })
                #expect(image.labelNames?.entries.map(\.name) == ["liver", "Größe"])
                let named = LabelNames([
                    .init(name: "grösse", value: 700), .init(name: "other", value: 4),
                ])
                let chosen = try LabelMap(contentsOf: file, values: named)
                #expect(chosen.values.map(Int.init) == labels.map { _ in 0 })
                let renamed = LabelNames([
                    .init(name: "größe", value: 700), .init(name: "LIVER", value: 4),
                ])
                let mapped = try LabelMap(contentsOf: file, values: renamed)
                #expect(mapped.values.map(Int.init) == labels.map { [3: 4, 7: 700][$0] ?? 0 })
            }
        }
    }

    @Test("structures are found by name, those without a name of their own by number")
    func names() {
        let names = LabelNames([
            .init(name: "Tumor", value: 1), .init(name: "Lesion_2", value: 2),
            .init(name: "left kidney", value: 3),
        ])
        func value(_ name: String, _ number: Int) -> Int? {
            names.entry(for: name, number: number)?.value
        }
        #expect(value("tumor", 7) == 1 && value("Kidney Left", 1) == 3)
        #expect(value("Segment_1", 1) == 1 && value("Label 3", 3) == 3)
        // One of two that share a name, which the dataset told apart by their numbers.
        #expect(value("Lesion", 2) == 2 && value("Lesion", 1) == nil)
        #expect(value("spleen", 1) == nil && value("Segment_9", 9) == nil)
    }

    @Test("an empty label map has one empty frame; a file that exists is kept")
    func empty() throws {
        try withSeries { folder, geometry in
            let empty = Volume(
                Samples([UInt8](repeating: 0, count: geometry.voxelCount)), geometry: geometry)
            let file = folder.path + "/empty.dcm"
            try writer.write(empty, segments, ofSeriesIn: folder.path + "/scan", to: file)
            let image = try ImageFile(contentsOf: file)
            #expect(try values(image.volume).allSatisfy { $0 == 0 })
            #expect(throws: ImageError(file: file, fault: .exists)) {
                try writer.write(empty, segments, ofSeriesIn: folder.path + "/scan", to: file)
            }
            var turned = geometry
            turned.affine.origin.x += 1
            #expect(
                throws: ImageError(
                    file: folder.path + "/scan",
                    fault: .dicom(.segmentation(.changedSeries)))
            ) {
                try writer.write(
                    Volume(empty.samples, geometry: turned), segments,
                    ofSeriesIn: folder.path + "/scan", to: file, replacing: true)
            }
        }
    }

    @Test("of structures that overlap, the smallest counts, and that is said")
    func overlap() throws {
        try withSeries(size: [4, 1, 2]) { folder, geometry in
            let regions = [
                SegmentDescription(name: "core", values: [2], colour: .grey(9)),
                SegmentDescription(name: "whole", values: [1, 2], colour: .grey(9)),
            ]
            let labels: [UInt8] = [1, 2, 2, 0, 1, 1, 0, 0]
            let file = folder.path + "/regions.dcm"
            try writer.write(
                Volume(Samples(labels), geometry: geometry), regions,
                ofSeriesIn: folder.path + "/scan", to: file)
            let image = try ImageFile(contentsOf: file)
            #expect(try values(image.volume) == [2, 1, 1, 0, 2, 2, 0, 0])
            #expect(
                image.remarks == [
                    .dicom(.segmentation(.overlap(of: "whole", 2, with: "core")))
                ])
        }
    }

    @Test("patient and study are the series'; names outside of ASCII become UTF-8")
    func header() throws {
        try withSeries(patient: "Müller^Erika") { folder, geometry in
            let labels = [UInt8](repeating: 3, count: geometry.voxelCount)
            let file = folder.path + "/labels.dcm"
            try writer.write(
                Volume(Samples(labels), geometry: geometry), segments,
                ofSeriesIn: folder.path + "/scan", to: file)
            let elements = try DICOMElements(path: file)
            #expect(elements.fault == nil && elements.isOrdered)
            #expect(elements.text(.patientName) == "Müller^Erika")
            #expect(elements.text(.characterSet) == "ISO_IR 192")
            #expect(elements.text(.study) == "1.2.3" && elements.text(.space) == "1.2.3.9")
            #expect(elements.text(.series) != "1.2.3.1")
            #expect(elements.text(.frames) == "4")
            let references = try elements.item(.referencedSeries)
            #expect(references.text(.series) == "1.2.3.1")
            #expect(try references.items(.referencedInstances).count == 4)
            let places = try elements.items(.ownGroups).map {
                try $0.item(.planePosition).text(.position)
            }
            #expect(places == [0.0, 1.5, 3.0, 4.5].map { "10.0\\20.0\\\($0)" })
            let segments = try elements.items(.segments)
            let type = try segments[0].item(.propertyType)
            #expect(type.text(DICOMTag(group: 8, element: 0x100)) == "10200004")
        }
    }

    @Test("white and black in CIELab as DICOM stores it")
    func colours() {
        let white = RGB(255, 255, 255).dicomLab.map(Int.init)
        #expect(white[0] == 65_535 && white.dropFirst().allSatisfy { abs($0 - 32_896) < 4 })
        #expect(RGB(0, 0, 0).dicomLab == [0, 32_896, 32_896])
        // L* 54.29, a* 80.81, b* 69.89, as in tables for D50.
        let red = RGB(255, 0, 0).dicomLab.map(Double.init)
        #expect(abs(red[0] / 655.35 - 54.29) < 0.02)
        #expect(abs(red[1] / 257 - 128 - 80.81) < 0.05)
        #expect(abs(red[2] / 257 - 128 - 69.89) < 0.05)
    }

    @Test("a series that is missing, elsewhere or cut off is named")
    func missing() throws {
        try withSeries { folder, geometry in
            let labels = [UInt8](repeating: 3, count: geometry.voxelCount)
            let file = folder.path + "/labels.dcm"
            try writer.write(
                Volume(Samples(labels), geometry: geometry), segments,
                ofSeriesIn: folder.path + "/scan", to: file)
            let far = folder.appending(path: "a/b/c")
            try FileManager.default.createDirectory(at: far, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: file, toPath: far.path + "/labels.dcm")
            #expect(fault(far.path + "/labels.dcm") == .segmentation(.seriesElsewhere("1.2.3.1")))
            let near = folder.appending(path: "a/b/labels.dcm").path
            try FileManager.default.copyItem(atPath: file, toPath: near)
            #expect(fault(near) == nil)
            // The highest slice is lost.
            try FileManager.default.removeItem(atPath: folder.path + "/scan/1-1")
            #expect(fault(near) == .segmentation(.outsideSeries(voxels: 15)))
            try FileManager.default.removeItem(atPath: folder.path + "/scan")
            var other = DICOMPhantom(size: [3, 5, 4]) { _, _, _ in 1 }
            other.spacing[0] = 0.7
            try other.write(to: folder.appending(path: "scan"))
            #expect(fault(near) == .segmentation(.otherGrid(frame: 1)))
        }
    }

    private func fault(_ path: String) -> DICOMFault? {
        do throws(ImageError) {
            _ = try ImageFile(contentsOf: path)
            return nil
        } catch {
            guard case .dicom(let fault) = error.fault else { return nil }
            return fault
        }
    }

    @Test("a file that is cut short is refused at every length; no change of a byte crashes")
    func damage() throws {
        try withSeries { folder, geometry in
            let labels = (0..<geometry.voxelCount).map { UInt8([0, 3, 7][$0 % 3]) }
            let file = folder.path + "/labels.dcm"
            try writer.write(
                Volume(Samples(labels), geometry: geometry), segments,
                ofSeriesIn: folder.path + "/scan", to: file)
            let whole = try Data(contentsOf: URL(filePath: file))
            let damaged = folder.path + "/damaged.dcm"
            for length in stride(from: 133, to: whole.count, by: 7) {
                try whole.prefix(length).write(to: URL(filePath: damaged))
                #expect(throws: ImageError.self) { try ImageFile(contentsOf: damaged) }
            }
            var generator = SeededGenerator(seed: 1)
            for _ in 0..<2000 {
                var bytes = whole
                let place = 132 + Int(generator.next() % UInt64(whole.count - 132))
                bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                try bytes.write(to: URL(filePath: damaged))
                _ = try? ImageFile(contentsOf: damaged)
            }
        }
    }
}
