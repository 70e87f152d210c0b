import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("DICOM files with several frames")
struct DICOMFrameTests: DICOMReading {
    /// The same slices as frames of one file; what is theirs alone lies in their functional groups.
    private func frames(
        _ slices: [DICOMBytes], order: [Int]? = nil,
        _ change: (inout DICOMBytes) -> Void = { _ in }
    ) -> DICOMBytes {
        var file = slices[0]
        file.kind = "1.2.840.10008.5.1.4.1.1.4.1"
        file.without = [
            .position, .orientation, .pixelSpacing, .thickness, .slope, .intercept,
        ]
        file.shared = [
            .planeOrientation: [.orientation: text(file.orientation)],
            .pixelMeasures: [.pixelSpacing: text(file.spacing), .thickness: "2"],
        ]
        let order = order ?? Array(slices.indices)
        file.frames = slices.count
        file.own = order.map { index in
            [
                .planePosition: [.position: text(slices[index].position)],
                .valueTransformation: [
                    .slope: "\(slices[index].slope)", .intercept: "\(slices[index].intercept)",
                ],
            ]
        }
        file.pixels = order.flatMap { slices[$0].pixels }
        change(&file)
        return file
    }

    private func text(_ numbers: [Double]) -> String {
        numbers.map { "\($0)" }.joined(separator: "\\")
    }

    /// The result of reading the only file of a folder by its own name.
    private func file(
        _ file: DICOMBytes, series: DICOMSelection? = nil
    ) throws -> Result<ImageFile, ImageError> {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "scan.dcm").path
            try Data(file.file).write(to: URL(filePath: path))
            return Result { () throws(ImageError) in
                try ImageFile(contentsOf: path, series: series)
            }
        }
    }

    @Test(
        "frames are the volume that the same slices are, each with its own scale",
        arguments: [true, false])
    func volume(isExplicit: Bool) throws {
        let slices = slices { slice, index in
            slice.isExplicit = isExplicit
            slice.slope = 1 + Double(index)
            slice.intercept = -Double(index)
        }
        let expected = try read(slices).get()
        for order in [[0, 1, 2, 3], [2, 0, 3, 1]] {
            let frames = frames(slices, order: order)
            let alone = try file(frames).get()
            #expect(alone.format == .dicom && alone.remarks == [])
            let inFolder = try image([frames]).get()
            for image in [alone, inFolder] {
                #expect(image.volume.geometry == expected.geometry)
                #expect(image.volume.samples.doubles == expected.samples.doubles)
                #expect(image.volume.samples.type == expected.samples.type)
            }
        }
    }

    @Test("a volume may be spread over files of several frames, and of one each")
    func files() throws {
        let slices = slices(6)
        let expected = try read(slices).get()
        for parts in [[0..<2, 2..<6], (0..<6).map { $0..<$0 + 1 }] {
            let files = parts.map { frames(Array(slices[$0])) }
            let volume = try read(files).get()
            #expect(volume.geometry == expected.geometry)
            #expect(volume.samples.doubles == expected.samples.doubles)
        }
        // What all frames share may hold everything of a single one.
        let single = frames(Array(slices[..<1])) { file in
            file.shared.merge(file.own[0]) { first, _ in first }
            file.own = []
            file.frames = nil
        }
        #expect(try read([single]).get().geometry == read([slices[0]]).get().geometry)
    }

    @Test("compressed frames are found by their fragments, or by the table of these")
    func compressed() throws {
        let slices = slices(3) { slice, _ in slice.bits.isSigned = false }
        let expected = try read(slices).get()
        let streams = slices.map { runs($0.pixels.map(Int.init)) }
        let whole = frames(slices) { file in
            file.syntax = "1.2.840.10008.1.2.5"
            file.fragments = streams
        }
        #expect(try file(whole).get().volume.samples.doubles == expected.samples.doubles)
        var divided = whole
        divided.fragments = streams.flatMap { [Array($0[..<64]), Array($0[64...])] }
        #expect(fault(try file(divided)) == .dicom(.value("Pixel Data")))
        // Each fragment has a mark of 8 bytes.
        let length = UInt32(streams[0].count + 16)
        divided.offsets = [0, length, 2 * length]
        #expect(try file(divided).get().volume.samples.doubles == expected.samples.doubles)
        divided.offsets = [0, length + 1, 2 * length]
        #expect(fault(try file(divided)) == .dicom(.value("Pixel Data")))
    }

    @Test("several volumes in a file are told apart, and gaps are named")
    func irregular() throws {
        let slices = slices()
        let twice =
            slices
            + slices.map { slice in
                var other = slice
                other.pixels = slice.pixels.map { $0 + 7 }
                return other
            }
        let echoes = frames(twice) { file in
            for index in file.own.indices {
                file.own[index][.echoGroup] = [.effectiveEchoTime: index < 4 ? "4.6" : "9.2"]
            }
        }
        #expect(
            fault(try file(echoes))
                == .dicom(.severalVolumes(2, by: "Effective Echo Time")))
        var lost = slices
        lost.remove(at: 2)
        #expect(
            fault(
                try file(
                    frames(
                        lost
                            + [slices[3]].map { slice in
                                var other = slice
                                other.position[2] += 2
                                return other
                            }))) == .dicom(.distance(4, usual: 2, missing: 1)))
        let again = try file(frames(slices + [slices[1]])).get()
        #expect(again.remarks == [.dicom(.copies(1, "scan.dcm, frame 5"))])
        #expect(again.volume.samples.doubles == (try read(slices).get().samples.doubles))
    }

    @Test("what is no volume is refused by name")
    func refused() throws {
        let slices = slices()
        let cases: [((inout DICOMBytes) -> Void, ImageFault)] = [
            ({ $0.own.removeLast() }, .dicom(.value("Per-frame Functional Groups Sequence"))),
            ({ $0.own = [] }, .dicom(.value("Per-frame Functional Groups Sequence"))),
            ({ ($0.own, $0.shared) = ([], [:]) }, .dicom(.severalFrames(4))),
            ({ $0.shared[.pixelMeasures] = nil }, .dicom(.missing("Pixel Spacing"))),
            ({ $0.own[2][.planePosition] = nil }, .dicom(.missing("Image Position (Patient)"))),
            (
                { $0.own[1][.valueTransformation] = [.slope: "1"] },
                .dicom(.missing("Rescale Intercept"))
            ),
            ({ $0.pixels.removeLast() }, .truncated(expected: 48, actual: 46)),
            ({ $0.pixels += [1, 2, 3] }, .surplus(expected: 48)),
            ({ $0.frames = .max }, .dicom(.value("Per-frame Functional Groups Sequence"))),
        ]
        for (change, expected) in cases {
            let changed = frames(slices, change)
            #expect(fault(try file(changed)) == expected)
            #expect(fault(try read([changed])) == expected)
        }
        #expect(fault(try file(slices[0])) == .dicom(.singleFile))
        let chosen = try file(frames(slices), series: .uid("1.2.3"))
        #expect(fault(chosen) == nil)
        let other = fault(try file(frames(slices), series: .number(4)))
        #expect("\(other.map { "\($0)" } ?? "")".contains("holds no series 4"))
    }

    @Test("no beginning of a file is taken for the whole")
    func truncation() throws {
        let bytes = frames(slices(3)).file
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "scan.dcm").path
            for count in stride(from: 1, to: bytes.count, by: 3) {
                try Data(bytes[..<count]).write(to: URL(filePath: path))
                #expect(throws: ImageError.self) { try ImageFile(contentsOf: path) }
            }
        }
    }

    @Test("a segmentation refers to the frames, and is read on their grid")
    func segmentation() throws {
        try withTemporaryFolder { folder in
            let scan = folder.appending(path: "scan.dcm").path
            let slices = frames(slices(), order: [3, 1, 0, 2]) { file in
                file.texts = [.study: "1.2", .instance: "1.2.3.4"]
            }
            try Data(slices.file).write(to: URL(filePath: scan))
            let geometry = try Volume(contentsOf: scan).geometry
            let labels = (0..<24).map { UInt8($0 / 6 == 2 ? 0 : $0 % 2) }
            let path = folder.appending(path: "labels.dcm").path
            let segment = SegmentDescription(name: "organ", values: [1], colour: .grey(9))
            try DICOMSegmentationWriter(name: "test", version: "1").write(
                Volume(Samples(labels), geometry: geometry), [segment], ofSeriesIn: scan, to: path)
            let read = try ImageFile(contentsOf: path)
            #expect(read.volume.geometry == geometry)
            #expect(read.volume.samples.doubles == labels.map(Double.init))
            let elements = try DICOMElements(path: path)
            let instances = try elements.item(.referencedSeries).items(.referencedInstances)
            #expect(instances.map { $0.text(.referencedInstance) } == ["1.2.3.4"])
            let frames = try elements.items(.ownGroups).map { groups in
                try groups.item(.derivationImages).item(.sourceImages).text(.referencedFrame)
            }
            // Slices 0, 1 and 3, which are the frames 3, 2 and 1 of the file.
            #expect(frames == ["3", "2", "1"])
        }
    }
}
