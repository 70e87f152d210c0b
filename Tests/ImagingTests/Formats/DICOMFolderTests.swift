import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Folders of DICOM files")
struct DICOMFolderTests: DICOMReading {
    /// The attributes of a slice's series.
    private func named(
        _ slice: inout DICOMBytes, _ uid: String, _ number: Int? = nil, _ name: String? = nil
    ) {
        slice.series = uid
        slice.texts[.seriesNumber] = number.map { "\($0)" }
        slice.texts[.seriesDescription] = name
    }

    private func remarks(_ files: [(name: String, bytes: [UInt8])]) throws -> [ImageRemark] {
        try image(files).get().remarks
    }

    /// A report as an image: without a place, in its own series.
    private func capture(series: String = "9.9") -> DICOMBytes {
        var capture = DICOMBytes()
        capture.kind = "1.2.840.10008.5.1.4.1.1.7"
        capture.photometric = "RGB"
        capture.without = [.position, .orientation, .pixelSpacing]
        named(&capture, series, 501, "Dose Report")
        return capture
    }

    @Test("Files without preamble, with and without a description, are slices like others")
    func bare() throws {
        let whole = try read(slices()).get()
        for (isExplicit, hasMeta) in [(true, true), (true, false), (false, false)] {
            let files = slices { slice, index in
                guard index > 1 else { return }
                (slice.isExplicit, slice.hasPreamble, slice.hasMeta) = (isExplicit, false, hasMeta)
            }
            let image = try image(
                zip(["a", "b.dcm", "c", "d"], files).map { ($0, $1.file) }
            ).get()
            #expect(image.volume.samples.doubles == whole.samples.doubles)
            #expect(image.remarks == [.dicom(.bare(2))])
        }
    }

    @Test("Less than a row of bytes behind the pixels is ignored")
    func excess() throws {
        let files = slices { slice, index in if index != 1 { slice.pixels += [7, 8] } }
        let image = try image(zip(["a", "b", "c", "d"], files).map { ($0, $1.file) }).get()
        #expect(image.volume.samples.doubles == (try read(slices()).get()).samples.doubles)
        #expect(image.remarks == [.dicom(.excess(files.count - 1))])
    }

    @Test("A beginning of a file without preamble is not passed over")
    func bareTruncation() throws {
        let files = slices(3) { slice, index in
            if index == 2 { (slice.hasPreamble, slice.hasMeta) = (false, false) }
        }.map(\.file)
        for count in stride(from: 10, to: files[2].count, by: 7) {
            let result = try image([
                ("a", files[0]), ("b", files[1]), ("c", Array(files[2].prefix(count))),
            ])
            guard case .failure(let error) = result else {
                Issue.record("\(count) bytes are passed over")
                continue
            }
            #expect(error.file.hasSuffix("/c"))
        }
    }

    @Test("Slices of a series may lie in folders, as discs have them, among what discs hold too")
    func subfolders() throws {
        var index = DICOMBytes()
        index.kind = "1.2.840.10008.1.3.10"
        index.without = [.rows, .pixelData, .series]
        let names = ["PA0/ST0/SE0/IM0", "PA0/ST0/SE0/IM1", "PA0/ST0/SE0/B/IM2", "x/y/z/IM3"]
        var files = zip(names, slices()).map { ($0, $1.file) }
        files += [
            ("DICOMDIR", index.file), ("README.TXT", Array("Ein Text: ä\r\n".utf8)),
            ("VIEWER/run.exe", Array("MZ\u{90}\0".utf8)), ("autorun.inf", Array("[x]\r\n".utf8)),
            ("shot.png", [0x89, 0x50, 0x4E, 0x47, 0]), ("Thumbs.db", [0, 1]),
            (".DS_Store", [0, 0]), (".hidden/IM9", DICOMBytes().file), ("log.txt", []),
        ]
        let image = try image(files).get()
        #expect(image.volume.shape == [3, 2, 4])
        #expect(image.remarks.isEmpty)
    }

    @Test("What is no DICOM file and not known to be something else is named")
    func unknown() throws {
        let files = named(slices()) + [("raw/x.bin", [1, 2, 3, 4, 5, 6, 7, 8, 0])]
        #expect(try remarks(files) == [.dicom(.passedOver(1, ["raw/x.bin"]))])
        let words = ImageRemark.dicom(.passedOver(4, ["a", "b", "c"])).message
        #expect(words == "4 files passed over, which are not DICOM: a, b, c, …")
    }

    @Test(
        "What has the place of a slice by its name, or may hold some, is named",
        arguments: ["IM0007", "1.2.3.4.8", "rest.zip"])
    func inPlaceOfSlice(name: String) throws {
        let bytes = Array((name == "rest.zip" ? "PK\u{3}\u{4}" : "<html>404</html>\n").utf8)
        #expect(
            try remarks(named(slices()) + [(name, bytes)]) == [.dicom(.passedOver(1, [name]))])
    }

    @Test(
        "What may be a slice and cannot be read as one is refused by its name",
        arguments: [
            ("x.dcm", [1, 2, 3], .dicom(.unmarked)), ("x", [], .empty), ("x.ima", [], .empty),
            ("x", Array("version https://git-lfs.github.com/spec/v1\n".utf8), .dicom(.pointer)),
            ("x", Array("/annex/objects/MD5E-s1--2\n".utf8), .dicom(.pointer)),
            (
                "x", [0, 8, 0, 0x16, 0x55, 0x49, 0, 2, 0x31, 0],
                .dicom(.transferSyntax("1.2.840.10008.1.2.2"))
            ),
        ] as [(String, [UInt8], ImageFault)])
    func refused(name: String, bytes: [UInt8], expected: ImageFault) throws {
        let result = try image(named(slices()) + [(name, bytes)])
        guard case .failure(let error) = result else {
            Issue.record("\(name) is passed over")
            return
        }
        #expect(error.fault == expected)
        #expect(error.file.hasSuffix("/\(name)"))
    }

    @Test("A link that leads nowhere may have been a slice")
    func brokenLink() throws {
        try withTemporaryFolder { folder in
            for (name, bytes) in named(slices()) {
                try Data(bytes).write(to: folder.appending(path: name))
            }
            let link = folder.appending(path: "4.dcm").path
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "gone")
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "loop").path, withDestinationPath: ".")
            let expected = ImageFault.standIn(.brokenLink(to: "gone", isAnnexed: false))
            #expect(throws: ImageError(file: link, fault: expected)) {
                try Volume(contentsOf: folder.path)
            }
            try FileManager.default.removeItem(atPath: link)
            #expect(try Volume(contentsOf: folder.path).shape == [3, 2, 4])
        }
    }

    @Test("Reports, screenshots and localizers beside a series do not keep it from being read")
    func others() throws {
        var scouts = slices(2) { slice, index in
            named(&slice, "1.9", 1, "Scout")
            slice.texts[.imageType] = "ORIGINAL\\PRIMARY\\LOCALIZER"
        }
        scouts[1].orientation = [0, 1, 0, 0, 0, 1]
        var report = DICOMBytes()
        report.kind = "1.2.840.10008.5.1.4.1.1.88.11"
        report.without = [.rows, .pixelData]
        report.texts[.modality] = "SR"
        let series = slices { slice, _ in named(&slice, "1.3", 3, "Thorax") }
        let files =
            named(series) + named(scouts, "scout") + [
                ("SC1", capture().file), ("SR1", report.file),
            ]
        let image = try image(files).get()
        #expect(image.volume.shape == [3, 2, 4])
        #expect(
            image.remarks.map(\.message) == [
                "passed over: series 1 (MR “Scout”, 2 images); 501 (MR “Dose Report”, 1 image)",
                "passed over: 1 DICOM file without an image (SR)",
            ])
        let scout = try self.image(files, series: .number(501))
        #expect(fault(scout) == .sampleKind("RGB colour"))
    }

    @Test("Localizers and screenshots in the series itself are left out of the volume")
    func localizers() throws {
        var files = slices()
        files[0].texts[.imageType] = "ORIGINAL\\PRIMARY\\LOCALIZER"
        files[0].orientation = [0, 1, 0, 0, 0, 1]
        let image = try image(named(files) + [("SC", capture(series: "1.2.3").file)]).get()
        #expect(image.volume.shape == [3, 2, 3])
        let expected: [DICOMRemark] = [.localizers(1, "0.dcm"), .captures(1, "SC")]
        #expect(image.remarks == expected.map { .dicom($0) })
    }

    @Test("Of several series one is named by its number or UID")
    func selection() throws {
        let first = slices { slice, _ in named(&slice, "1.3", 3, "Thorax") }
        let second = slices(3) { slice, _ in
            named(&slice, "1.4", 4, "Thin")
            slice.intercept = 7
        }
        let third = slices(2) { slice, _ in named(&slice, "1.5", 4) }
        let two = named(first, "a") + named(second, "b")
        let listed = try DICOMFolderList(two).series
        #expect(listed.map(\.number) == [3, 4])
        #expect(listed.map(\.imageCount) == [4, 3])
        #expect(listed.map(\.name) == ["Thorax", "Thin"])
        #expect(listed.allSatisfy { $0.isStack && $0.modality == "MR" })
        let fault = fault(try image(two))
        #expect(fault == .dicom(.severalSeries(listed, of: listed)))
        #expect(
            fault?.description
                == "holds 2 series of images, 3 (MR “Thorax”, 4 images); 4 (MR “Thin”, 3 images): "
                + "name one with --series, as in --series 3, or put each into a separate folder")
        for selection in [DICOMSelection.number(4), .uid("1.4")] {
            let image = try image(two, series: selection).get()
            #expect(image.volume.shape == [3, 2, 3])
            #expect(VolumeStatistics(image.volume).minimum == 7)
        }
        #expect(
            self.fault(try image(two, series: .number(5)))
                == .dicom(.noSuchSeries(.number(5), listed)))
        let three = try image(two + named(third, "c"), series: .number(4))
        #expect(
            self.fault(three)?.description
                == "holds 2 series of images, 1.4 (MR “Thin”, 3 images); 1.5 (MR, 2 images): "
                + "name one with --series, as in --series 1.4, or put each into a separate folder")
    }

    /// The series of files that are written for the time of the test only.
    private struct DICOMFolderList {
        let series: [DICOMSeriesSummary]

        init(_ files: [(name: String, bytes: [UInt8])]) throws {
            series = try withTemporaryFolder { folder in
                for file in files {
                    try Data(file.bytes).write(to: folder.appending(path: file.name))
                }
                return try DICOMFolder(folder.path).series
            }
        }
    }

    @Test("A selection is a number or a UID")
    func selectionText() {
        #expect(DICOMSelection("3") == .number(3))
        #expect(DICOMSelection("1.2.840") == .uid("1.2.840"))
        #expect(DICOMSelection("Thorax") == nil && DICOMSelection("") == nil)
        #expect(DICOMSelection("1.2x") == nil)
    }

    @Test("A damaged file is reported if it belongs to the series, or may belong to it")
    func damage() throws {
        let series = slices { slice, _ in named(&slice, "1.3", 3) }
        var other = DICOMBytes()
        named(&other, "1.9", 9)
        let cut = Array(other.file.dropLast(3))
        let image = try image(named(series) + [("other", cut)]).get()
        #expect(image.volume.shape == [3, 2, 4])
        #expect(image.remarks.count == 1)
        let selected = try self.image(named(series) + [("other", cut)], series: .number(9))
        guard case .failure(let error) = selected else {
            Issue.record("a damaged file is read")
            return
        }
        #expect(error.file.hasSuffix("/other"))
        // Before its series is known.
        let early = try self.image(named(series) + [("other", Array(other.file.prefix(250)))])
        #expect(fault(early) != nil)
    }

    @Test("Images with a series each make a volume where all else is the same and they lie evenly")
    func seriesOfEach() throws {
        let files = slices { slice, index in named(&slice, "1.3.\(index)", 3, "Volume") }
        let image = try image(files).get()
        #expect(image.volume.shape == [3, 2, 4])
        #expect(image.remarks == [.dicom(.seriesOfEach(4))])
        let others: [(inout DICOMBytes, Int) -> Void] = [
            { slice, index in slice.texts[.seriesNumber] = "\(index)" },
            { slice, index in slice.texts[.space] = "1.\(index)" },
            { slice, index in slice.position[2] += index == 2 ? 0.7 : 0 },
        ]
        for change in others {
            let apart = slices { slice, index in
                named(&slice, "1.3.\(index)", 3, "Volume")
                change(&slice, index)
            }
            guard case .dicom(.severalSeries(let found, of: _)) = fault(try self.image(apart))
            else {
                Issue.record("series that differ are read as one")
                continue
            }
            #expect(found.count == 4)
        }
    }

    @Test("Tags out of order are remarked on, and twice the same one is damage")
    func order() throws {
        let files = slices { slice, index in
            if index == 1 { slice.order = { $0 == .series ? false : $1 == .series || $0 < $1 } }
        }
        let image = try image(files).get()
        #expect(image.volume.samples.doubles == (try read(slices()).get().samples.doubles))
        #expect(image.remarks == [.dicom(.unordered(1))])
        var bytes = named(slices())
        bytes[1].bytes += [0xE0, 0x7F, 0x10, 0, 0x4F, 0x57, 0, 0, 0, 0, 0, 0]
        guard case .dicom(.damaged) = fault(try self.image(bytes)) else {
            Issue.record("pixels are there twice")
            return
        }
    }
}
