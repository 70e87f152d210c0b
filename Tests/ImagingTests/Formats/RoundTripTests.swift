import Foundation
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Writing and reading back")
struct RoundTripTests {
    @Test("Any volume comes back as it was", arguments: SampleType.allCases)
    func roundTrip(type: SampleType) throws {
        var generator = SeededGenerator(seed: UInt64(type.rawValue.utf8.reduce(0) { $0 + Int($1) }))
        try withTemporaryFolder { folder in
            for turn in 0..<12 {
                let volume = Self.random(type, using: &generator)
                let path = folder.appending(path: "\(turn).nii" + (turn % 2 == 0 ? "" : ".gz")).path
                try volume.write(to: path)
                let back = try Volume(contentsOf: path)
                #expect(back.shape == volume.shape)
                #expect(back.samples.type == type)
                #expect(back.samples.array == volume.samples.array)
                #expect(back.affine == Self.rounded(volume.affine))
                #expect(back.scaling.slope == Double(Float(volume.scaling.slope)))
                #expect(back.scaling.intercept == Double(Float(volume.scaling.intercept)))
                // A second time nothing is rounded.
                try back.write(to: path, replacing: true)
                #expect(try Volume(contentsOf: path).affine == back.affine)
            }
        }
    }

    /// Random bits, so that floating-point samples include NaN, infinities and subnormal numbers.
    private static func random(
        _ type: SampleType, using generator: inout SeededGenerator
    ) -> Volume {
        let shape = (0..<Int.random(in: 1...7, using: &generator)).map { _ in
            Int.random(in: 1...5, using: &generator)
        }
        let count = shape.reduce(type.size, *)
        guard let buffer = SampleBuffer(byteCount: count) else { fatalError("no memory") }
        for index in buffer.bytes.indices { buffer.bytes[index] = generator.next() }
        var affine = AffineTests.oblique
        affine.x *= Double.random(in: 0.1...3, using: &generator)
        affine.y.z += Double.random(in: -1...1, using: &generator)
        affine.origin.x = Double.random(in: -300...300, using: &generator)
        let scaling = Scaling(
            slope: Double.random(in: 0.1...3, using: &generator), intercept: -1024)
        return Volume(
            shape: shape, affine: affine, samples: Samples(buffer, type: type), scaling: scaling)
    }

    private static func rounded(_ affine: Affine) -> Affine {
        func single(_ vector: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3<Double>(SIMD3<Float>(vector))
        }
        return Affine(
            x: single(affine.x), y: single(affine.y), z: single(affine.z),
            origin: single(affine.origin))
    }

    @Test("A long axis, and numbers that 32 bits cannot hold, are written as NIfTI-2, exactly")
    func version2() throws {
        var volume = Volume(
            shape: [40_000, 1, 2], affine: AffineTests.oblique,
            samples: Samples([UInt8](repeating: 3, count: 80_000)))
        volume.scaling = Scaling(slope: 0.1, intercept: 1e-300)
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "long.nii.gz").path
            try volume.write(to: path)
            let file = try ImageFile(contentsOf: path)
            #expect(file.format == .nifti2 && file.remarks.isEmpty)
            #expect(file.volume.shape == volume.shape && file.volume.affine == volume.affine)
            #expect(file.volume.scaling == volume.scaling)
        }
    }

    @Test("The qform says what the sform says, unless there is shear", arguments: 0..<40)
    func qform(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Gram and Schmidt make a rotation, or a reflection, of random axes.
        func vector() -> SIMD3<Double> {
            SIMD3.random(in: -1...1, using: &generator)
        }
        let x = vector()
        var y = vector()
        y -= x * ((x * y).sum() / (x * x).sum())
        var z = vector()
        for axis in [x, y] { z -= axis * ((axis * z).sum() / (axis * axis).sum()) }
        var volume = Volume(
            Samples([1 as UInt8]),
            geometry: Geometry(
                size: [1, 1, 1], affine: Affine(x: x, y: y, z: z, origin: vector() * 100)))
        let header = try NIfTIHeader(NIfTIEncoding(volume).header())
        let qform = try #require(try header.qformAffine())
        let sform = try #require(try header.sformAffine())
        for (a, b) in zip(qform.rows.joined(), sform.rows.joined()) { #expect(abs(a - b) < 1e-5) }
        volume.affine.x += volume.affine.y / 10
        #expect(try NIfTIHeader(NIfTIEncoding(volume).header()).qformCode == 0)
    }

    @Test("Both byte orders")
    func byteOrders() throws {
        let little = NIfTIBytes()
        try withTemporaryFolder { folder in
            let files = [("l.nii", little.bytes), ("b.nii", little.bigEndian)]
            let volumes = try files.map { name, bytes in
                let file = folder.appending(path: name)
                try Data(bytes).write(to: file)
                return try Volume(contentsOf: file.path)
            }
            #expect(volumes[0].samples.array == volumes[1].samples.array)
            #expect(volumes[0].affine == volumes[1].affine)
            #expect(volumes[0].shape == volumes[1].shape)
        }
    }

    @Test("Nothing is overwritten unless asked, and nothing is left behind")
    func replacing() throws {
        let volume = Volume(
            Samples([1 as Int8, 2]), geometry: Geometry(size: [2, 1, 1], affine: .identity))
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.nii.gz").path
            try Data("precious".utf8).write(to: URL(filePath: path))
            #expect(throws: ImageError(file: path, fault: .exists)) { try volume.write(to: path) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
            try volume.write(to: path, replacing: true)
            #expect(try Volume(contentsOf: path).samples.array == [1, 2])
            let other = folder.appending(path: "a.png").path
            #expect(throws: ImageError(file: other, fault: .writtenName)) {
                try volume.write(to: other)
            }
            let nowhere = folder.appending(path: "no/a.nii").path
            #expect(
                throws: ImageError(file: nowhere, fault: .unwritable("No such file or directory"))
            ) { try volume.write(to: nowhere) }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.nii.gz"])
        }
    }
}
