import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Pairs, Analyze and MGH")
struct FormatTests {
    /// The header of a NIfTI pair, and its samples.
    private var pair: (header: [UInt8], samples: [UInt8]) {
        var file = NIfTIBytes()
        file.put(UInt8(ascii: "i"), at: 345)
        file.put(0 as Float, at: 108)
        return (Array(file.bytes[..<348]), Array(file.bytes[352...]))
    }

    @Test(
        "Either file of a pair opens both, and a missing one is named",
        arguments: [("x.hdr", "x.img"), ("x.hdr.gz", "x.img.gz"), ("X.HDR", "X.IMG")])
    func pairs(header: String, samples: String) throws {
        try withTemporaryFolder { folder in
            let paths = [header, samples].map { folder.appending(path: $0).path }
            let isCompressed = header.hasSuffix("gz")
            for (path, bytes) in zip(paths, [pair.header, pair.samples]) {
                let content = isCompressed ? try NIfTIBytes.gzip(bytes) : bytes
                try Data(content).write(to: URL(filePath: path))
            }
            for path in paths {
                #expect(try Volume(contentsOf: path).samples.array == pair.samples)
            }
            for (path, partner) in [(paths[0], paths[1]), (paths[1], paths[0])] {
                let content = try Data(contentsOf: URL(filePath: partner))
                try FileManager.default.removeItem(atPath: partner)
                #expect(throws: ImageError(file: path, fault: .partner(missing: partner))) {
                    try Volume(contentsOf: path)
                }
                try content.write(to: URL(filePath: partner))
            }
            let short = Array(pair.samples.dropLast())
            try Data(isCompressed ? try NIfTIBytes.gzip(short) : short)
                .write(to: URL(filePath: paths[1]))
            let error = #expect(throws: ImageError.self) { try Volume(contentsOf: paths[0]) }
            #expect(error?.file == paths[1])
        }
    }

    @Test("Analyze: x leads to the left, around the centre or the voxel that SPM names")
    func analyze() throws {
        var file = NIfTIBytes()
        file.bytes.replaceSubrange(252..<348, with: [UInt8](repeating: 0, count: 96))
        for axis in 0..<3 { file.put(Float(axis + 2), at: 80 + 4 * axis) }
        file.put(0.5 as Float, at: 112)
        var header = try NIfTIHeader(Array(file.bytes[..<348]))
        #expect(header.version == .analyze)
        file.put(0 as Float, at: 108)
        header = try NIfTIHeader(Array(file.bytes[..<348]))
        var layout = try header.layout()
        #expect(layout.affine == Affine(spacing: [-2, 3, 4], origin: [1, -3, -6]))
        #expect(layout.scaling == Scaling(slope: 0.5, intercept: 0))
        for (axis, voxel) in [2, 1, 3].enumerated() { file.put(Int16(voxel), at: 253 + 2 * axis) }
        layout = try NIfTIHeader(Array(file.bytes[..<348])).layout()
        #expect(layout.affine == Affine(spacing: [-2, 3, 4], origin: [2, 0, -8]))
        // A field full of other things is not taken for a voxel.
        file.put(30_000 as Int16, at: 253)
        layout = try NIfTIHeader(Array(file.bytes[..<348])).layout()
        #expect(layout.affine.origin == [1, -3, -6])
    }

    @Test(
        "Metres and micrometres become millimetres",
        arguments: [(1, 1000.0, "m"), (3, 0.001, "µm")])
    func units(code: UInt8, scale: Double, name: String) throws {
        var file = NIfTIBytes()
        file.put(code | 8, at: 123)
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.nii")
            try Data(file.bytes).write(to: path)
            let image = try ImageFile(contentsOf: path.path)
            #expect(image.remarks.contains(.unit(name)))
            let spacing = AffineTests.oblique.spacing * scale
            #expect((image.volume.affine.spacing - spacing).length < 1e-6 * scale)
        }
    }

    @Test("Two forms that disagree, and none at all, are remarked on")
    func remarks() throws {
        var file = NIfTIBytes()
        let layout = { (bytes: [UInt8]) in
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "a.nii")
                try Data(bytes).write(to: path)
                return try ImageFile(contentsOf: path.path).remarks
            }
        }
        file.put(1 as Int16, at: 252)
        file.put(1 as Float, at: 76)
        for field in 0..<3 { file.put(0 as Float, at: 256 + 4 * field) }
        file.put(117.8 as Float, at: 268)
        let remarks = try layout(file.bytes)
        guard case .formsDiffer(let distance) = remarks.first else {
            Issue.record("\(remarks)")
            return
        }
        #expect(distance > 1 && distance < 100)
        file.put(0 as Int16, at: 252)
        file.put(0 as Int16, at: 254)
        #expect(try layout(file.bytes) == [.guessedPlace])
    }

    /// The header of an MGH file of 2 × 3 × 4 voxels of int16 and 1 frame.
    private func mgh(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var bytes: [UInt8] = []
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        }
        for number in [1, 2, 3, 4, 1, 4, 0] as [Int32] { put(number) }
        put(1 as Int16)
        for number in [1, 2, 3, -1, 0, 0, 0, 0, -1, 0, 1, 0, 5, 6, 7] as [Float] {
            put(number.bitPattern)
        }
        bytes += [UInt8](repeating: 0, count: 284 - bytes.count)
        for value in 0..<24 as Range<Int16> { put(value) }
        change(&bytes)
        return bytes
    }

    private func readMGH(_ bytes: [UInt8]) throws -> Volume {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.mgz")
            try Data(bytes).write(to: file)
            return try Volume(contentsOf: file.path)
        }
    }

    @Test("MGH: directions, centre, and what follows the samples")
    func mghGeometry() throws {
        let tags = [UInt8](repeating: 1, count: 300_000)
        for bytes in [mgh(), mgh() + tags, try NIfTIBytes.gzip(mgh() + tags, level: 1)] {
            let volume = try readMGH(bytes)
            #expect(volume.shape == [2, 3, 4])
            #expect(volume.samples.array == Samples((0..<24).map { Int16($0) }).array)
            let affine = Affine(x: [-1, 0, 0], y: [0, 0, -2], z: [0, 3, 0], origin: [6, 0, 10])
            #expect(volume.affine == affine)
        }
        // Without directions FreeSurfer takes coronal slices of 1 mm around the origin.
        let plain = try readMGH(mgh { $0[29] = 0 })
        #expect(
            plain.affine
                == Affine(x: [-1, 0, 0], y: [0, 0, -1], z: [0, 1, 0], origin: [1, -2, 1.5]))
        #expect("\(Orientation(plain.affine))" == "LIA")
    }

    @Test("MGH: what is not said, or unusual, is remarked on")
    func mghRemarks() throws {
        let remarks = try [
            mgh(), mgh { $0[29] = 0 },
            // The first axis leads 2 to the left instead of 1.
            mgh { $0.replaceSubrange(42..<46, with: [0xC0, 0, 0, 0]) },
        ].map { bytes in
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "a.mgh")
                try Data(bytes).write(to: path)
                return try ImageFile(contentsOf: path.path).remarks
            }
        }
        #expect(
            remarks == [[], [.header(.coronalSlices)], [.header(.directionLengths([2, 1, 1]))]])
    }

    @Test("MGH: faults")
    func mghFaults() throws {
        let faults: [(Int, [UInt8], ImageFault)] = [
            (23, [6], .unknownSampleType(code: 6)),
            (4, [0x80], .dimensions([-2_147_483_646, 3, 4, 1])),
            (
                8, [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF],
                .dimensions([2, 2_147_483_647, 2_147_483_647, 1])
            ),
            (30, [0, 0, 0, 0], .spacing(axis: 1, 0)),
            (42, [0, 0, 0, 0], .affine(name: "set of directions")),
            (7, [3], .truncated(expected: 356, actual: 332)),
        ]
        for (offset, values, fault) in faults {
            let bytes = mgh { $0.replaceSubrange(offset..<offset + values.count, with: values) }
            let error = #expect(throws: ImageError.self) { try readMGH(bytes) }
            #expect(error?.fault == fault)
        }
    }
}
