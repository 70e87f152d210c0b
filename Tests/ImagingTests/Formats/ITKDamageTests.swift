import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

/// ITK 5.2 reads, without an error, files that are cut short in a compressed stream, or damaged in one.
@Suite("Damaged NRRD and MetaImage files")
final class ITKDamageTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "segnas3d-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    private func read(_ bytes: [UInt8], _ name: String) throws -> Result<Volume, ImageFault> {
        let path = try write(bytes, name)
        do throws(ImageError) {
            return .success(try Volume(contentsOf: path))
        } catch {
            return .failure(error.fault)
        }
    }

    private func fault(_ header: String, _ name: String, _ samples: [UInt8]) throws -> ImageFault? {
        guard case .failure(let fault) = try read(Array(header.utf8) + samples, name) else {
            return nil
        }
        return fault
    }

    @Test("Whole files are read")
    func whole() throws {
        for (name, bytes) in try TextHeaderBytes.all() {
            let volume = try read(bytes, name).get()
            #expect(volume.shape == [2, 3, 4] && volume.samples.type == .int16, "\(name)")
            #expect(volume.samples.array == TextHeaderBytes.samples, "\(name)")
            #expect(volume.affine == TextHeaderBytes.affine, "\(name)")
        }
    }

    @Test("No beginning of a file is taken for the whole, nor is a longer one")
    func truncation() throws {
        for (name, bytes) in try TextHeaderBytes.all() {
            for count in 0..<bytes.count {
                let result = try read(Array(bytes.prefix(count)), name)
                #expect(throws: ImageFault.self, "\(name): \(count)") { try result.get() }
            }
            let longer = try read(bytes + [7], name)
            #expect(throws: ImageFault.self, "\(name)") { try longer.get() }
        }
    }

    @Test("A change of any bit of compressed samples is noticed, or has no effect")
    func bitFlips() throws {
        for (name, bytes) in try TextHeaderBytes.all() where !name.hasPrefix("raw") {
            let length = name.hasSuffix("mha") ? 40 : 50
            for bit in (bytes.count - length) * 8..<bytes.count * 8 {
                var spoilt = bytes
                spoilt[bit / 8] ^= 1 << UInt8(bit % 8)
                if case .success(let volume) = try read(spoilt, name) {
                    #expect(volume.samples.array == TextHeaderBytes.samples, "\(name): \(bit)")
                }
            }
        }
    }

    @Test("Samples beside the header must be there, whole, and in its folder")
    func detached() throws {
        let samples = TextHeaderBytes.samples
        for (name, header) in [
            ("a.nhdr", TextHeaderBytes.nrrd("data file: a.raw")),
            ("a.mhd", TextHeaderBytes.metaImage(data: "a.raw")),
        ] {
            let data = folder.appending(path: "a.raw").path
            try? FileManager.default.removeItem(atPath: data)
            #expect(try fault(header, name, []) == .partner(missing: data))
            try write(Array(samples.dropLast()), "a.raw")
            #expect(try fault(header, name, []) == .truncated(expected: 48, actual: 47))
            try write(samples + [0], "a.raw")
            #expect(try fault(header, name, []) == .surplus(expected: 48))
            try write(samples, "a.raw")
            #expect(try read(Array(header.utf8), name).get().samples.array == samples)
        }
        for place in ["../../etc/passwd", "/etc/passwd", "a/../../b"] {
            let nrrd = try fault(TextHeaderBytes.nrrd("data file: \(place)"), "a.nhdr", [])
            #expect(nrrd == .header(.outside(place)))
            let meta = try fault(TextHeaderBytes.metaImage(data: place), "a.mhd", [])
            #expect(meta == .header(.outside(place)))
        }
        for files in ["LIST", "a%d.raw 1 4 1"] {
            let meta = try fault(TextHeaderBytes.metaImage(data: files), "a.mhd", [])
            #expect(meta == .header(.severalFiles(files)))
        }
    }

    @Test(
        "Headers of NRRD files",
        arguments: [
            ("sizes: 2 3 4", "sizes: 0 3 4", ImageFault.dimensions([0, 3, 4])),
            ("sizes: 2 3 4", "sizes: 2 3", .header(.value(name: "sizes", "2 3"))),
            (
                "sizes: 2 3 4", "sizes: 99999 99999 99999",
                .dimensions([99_999, 99_999, 99_999])
            ),
            (
                "sizes: 2 3 4", "sizes: 9000 9000 9000",
                .truncated(expected: 1_458_000_000_271, actual: 319)
            ),
            ("sizes: 2 3 4", "sizes: 2 3 4\nsizes: 2 3 4", .header(.repeated("sizes"))),
            ("type: short", "type: block", .sampleKind("block")),
            ("type: short\n", "", .header(.missing("type"))),
            ("encoding: raw", "encoding: hex", .header(.encoding("hex"))),
            ("(0,0,2)", "(0,0,0)", .spacing(axis: 3, 0)),
            ("(0,0,2)", "(0,1.5,0)", .affine(name: "direction")),
            ("kinds: domain", "kinds:", .header(.value(name: "kinds", "domain domain"))),
            ("kinds: domain", "dog", .header(.line("dog domain domain"))),
            (
                "space directions: (0,1.5,0) (-0.5,0,0) (0,0,2)", "spacings: 1 -1 1",
                .spacing(axis: 2, -1)
            ),
            ("domain domain domain", "3-color domain domain", nil),
        ] as [(String, String, ImageFault?)])
    func nrrdHeaders(text: String, replacement: String, expected: ImageFault?) throws {
        let header = TextHeaderBytes.nrrd().replacing(text, with: replacement)
        let found = try fault(header, "a.nrrd", TextHeaderBytes.samples)
        if let expected, case .truncated(let bytes, _) = expected {
            guard case .truncated(let wanted, _) = found else {
                Issue.record("\(found.map { "\($0)" } ?? "read")")
                return
            }
            #expect(abs(wanted - bytes) < 1000)
        } else if let expected {
            #expect(found == expected)
        } else {
            #expect(found != nil)
        }
    }

    @Test(
        "Headers of MetaImage files",
        arguments: [
            ("DimSize = 2 3 4", "DimSize = 2 3 -4", ImageFault.dimensions([2, 3, -4])),
            ("NDims = 3", "NDims = 4", .header(.value(name: "DimSize", "2 3 4"))),
            ("1.5 0.5 2", "1.5 0 2", .spacing(axis: 2, 0)),
            ("1.5 0.5 2", "1.5 inf 2", .spacing(axis: 2, .infinity)),
            ("1.5 0.5 2", "1.5 O.5 2", .header(.value(name: "ElementSpacing", "1.5 O.5 2"))),
            ("0 1 0 -1 0 0 0 0 1", "0 1 0 0 1 0 0 0 1", .affine(name: "direction")),
            (
                "MET_SHORT", "MET_FLOAT_MATRIX",
                .header(.value(name: "ElementType", "MET_FLOAT_MATRIX"))
            ),
            ("BinaryData = True", "BinaryData = False", .header(.encoding("text"))),
            ("LOCAL", "LOCAL or not", .partner(missing: "LOCAL or not")),
            (
                "Offset = 1 -2 3", "ElementToIntensityFunctionSlope = 2",
                .header(.value(name: "ElementToIntensityFunctionSlope", "2"))
            ),
            ("NDims = 3", "NDims = 3\nNDims = 3", .header(.repeated("NDims"))),
        ])
    func metaHeaders(text: String, replacement: String, expected: ImageFault) throws {
        let header = TextHeaderBytes.metaImage().replacing(text, with: replacement)
        let found = try fault(header, "a.mha", TextHeaderBytes.samples)
        if case .partner(let name) = expected {
            #expect(found == .partner(missing: folder.appending(path: name).path))
        } else {
            #expect(found == expected)
        }
    }

    @Test("Colours, complex numbers and tensors are refused by name")
    func kinds() throws {
        for (kind, length, name) in [
            ("RGB-color", 3, "RGB colour"), ("RGBA-color", 4, "RGBA colour"),
            ("complex", 2, "complex"), ("3D-symmetric-matrix", 6, "tensor"),
        ] {
            let header = TextHeaderBytes.nrrd().replacing("dimension: 3", with: "dimension: 4")
                .replacing("sizes: 2", with: "sizes: \(length) 2")
                .replacing("directions: ", with: "directions: none ")
                .replacing("kinds: ", with: "kinds: \(kind) ")
            let samples = [UInt8](repeating: 0, count: 48 * length)
            #expect(try fault(header, "a.nrrd", samples) == .sampleKind(name))
        }
    }

    @Test("Components become channels, wherever they lie in the file", arguments: [true, false])
    func components(first: Bool) throws {
        func row(_ component: String, _ space: String) -> String {
            first ? "\(component) \(space)" : "\(space) \(component)"
        }
        let header = TextHeaderBytes.nrrd().replacing("dimension: 3", with: "dimension: 4")
            .replacing("2 3 4", with: row("2", "2 3 4"))
            .replacing(
                "(0,1.5,0) (-0.5,0,0) (0,0,2)", with: row("none", "(0,1.5,0) (-0.5,0,0) (0,0,2)")
            )
            .replacing("domain domain domain", with: row("list", "domain domain domain"))
        let values = (0..<48).map { (index: Int) -> Int16 in
            let (component, voxel) = first ? (index % 2, index / 2) : (index / 24, index % 24)
            return Int16(100 * component + voxel)
        }
        let bytes = values.withUnsafeBytes { Array($0) }
        let volume = try read(Array(header.utf8) + bytes, "a.nrrd").get()
        #expect(volume.shape == [2, 3, 4, 2])
        volume.samples.withValues(as: Int16.self) { samples in
            #expect(Array(samples) == Array(0..<24) + Array(100..<124))
        }
        #expect(volume.affine == TextHeaderBytes.affine)
    }

    @Test("Either byte order is read, and must be said", arguments: ["little", "big"])
    func byteOrder(order: String) throws {
        let isBig = order == "big"
        let samples = isBig ? [0] + TextHeaderBytes.samples.dropLast() : TextHeaderBytes.samples
        let nrrd = TextHeaderBytes.nrrd().replacing("endian: little", with: "endian: \(order)")
        let meta = TextHeaderBytes.metaImage()
            .replacing("MSB = False", with: isBig ? "MSB = True" : "MSB = False")
        for (name, header) in [("a.nrrd", nrrd), ("a.mha", meta)] {
            let volume = try read(Array(header.utf8) + samples, name).get()
            #expect(volume.samples.array == TextHeaderBytes.samples)
        }
        let silent = TextHeaderBytes.nrrd().replacing("endian: little\n", with: "")
        #expect(try fault(silent, "a.nrrd", samples) == .header(.missing("endian")))
    }

    @Test("Text formats are known by their content, and as a whole they are not compressed")
    func recognition() throws {
        for (_, bytes) in try TextHeaderBytes.all() {
            #expect(throws: Never.self) { try read(bytes, "a.img.txt").get() }
            let gzip = try read(NIfTIBytes.gzip(bytes), "a.gz")
            #expect(throws: ImageFault.header(.compressedWhole)) { try gzip.get() }
        }
    }

    @Test("What makes GDCM crash is an error, and nothing is printed")
    func crash() throws {
        // A DICOM image that breaks off behind its header: GDCM, as Debian builds it, ends the process.
        var slice = DICOMBytes()
        slice.syntax = "1.2.840.10008.1.2.5"
        slice.fragments = [[UInt8](repeating: 0, count: 80)]
        let path = try write(slice.file, "a.dcm")
        let size = slice.file.count
        let buffer = try SampleBuffer.shared(for: path, byteCount: 12)
        for bytes in [0..<size / 2, size - 60..<size - 20] {
            #expect(throws: ImageError.self) {
                try GDCMDecompression.decompress([(path, [], bytes)], .int16, into: buffer)
            }
        }
    }
}
