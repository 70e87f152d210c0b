import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Images drawn from label maps")
struct PhantomMapsTests {
    /// A map with axes to the left, down and to the front: a large box, and a small one on the body's right.
    private func map(small: Float = 300) -> Volume {
        var values = [Float](repeating: 0, count: 40 * 40 * 40)
        for z in 5..<35 {
            for y in 5..<35 {
                for x in 5..<35 {
                    // Small x is right, small y is up, large z is front.
                    let isSmall =
                        (8..<16).contains(x) && (8..<16).contains(y) && (24..<32).contains(z)
                    values[(z * 40 + y) * 40 + x] = isSmall ? small : 17
                }
            }
        }
        let affine = Affine(x: [-2, 0, 0], y: [0, 0, -2], z: [0, 2, 0], origin: [90, -30, 55])
        return Volume(Samples(values), geometry: Geometry(size: [40, 40, 40], affine: affine))
    }

    @Test("values of any size become labels without gaps, and keep their place in the body")
    func labels() throws {
        try withTemporaryFolder { folder in
            try map().write(to: folder.path + "/a.nii.gz")
            try Data("text".utf8).write(to: folder.appending(path: "README.txt"))
            let maps = try PhantomMaps(folder: folder.path, threads: 2)
            #expect(maps.files == ["a.nii.gz"])
            #expect(
                maps.labels.foreground == [
                    .init(name: "label_17", value: 1), .init(name: "label_300", value: 2),
                ])
            let made = Phantom(size: [30, 32, 34], seed: 1, source: .maps(maps)).makeCase(0)
            let counts = histogram(made.labels, 3)
            // The boxes' volumes are 8³ to 30³ - 8³.
            let share = Double(counts[2]) / Double(counts[1] + counts[2])
            #expect(abs(share - 512.0 / 27_000) < 0.006)
            // The whole fills the grid.
            #expect(Double(counts[1] + counts[2]) > 0.45 * 30 * 32 * 34)
            let offset = centre(of: 2, in: made.labels) - centre(of: 1, in: made.labels)
            #expect(offset.x > 8 && offset.y > 8 && offset.z > 8, "\(offset)")
        }
    }

    @Test("cases take the maps in turn, and differ even for one map")
    func turns() throws {
        try withTemporaryFolder { folder in
            try map(small: 17).write(to: folder.path + "/a.nii")
            try map(small: 5).write(to: folder.path + "/b.nii")
            let phantom = Phantom(
                size: [24, 24, 24], seed: 1, contrast: .random,
                source: .maps(try PhantomMaps(folder: folder.path, threads: 1)))
            let cases = (0..<4).map { phantom.makeCase($0) }
            #expect(cases.map { histogram($0.labels, 3)[1] > 0 } == [false, true, false, true])
            #expect(bytes(cases[1].labels) != bytes(cases[3].labels))
            #expect(bytes(cases[1].labels) == bytes(phantom.makeCase(1).labels))
        }
    }

    @Test("folders that cannot serve are refused with the file and the fault")
    func faults() throws {
        try withTemporaryFolder { folder in
            let path = folder.path
            #expect(throws: PhantomError.unreadableFolder(path + "/none")) {
                try PhantomMaps(folder: path + "/none", threads: 1)
            }
            #expect(throws: PhantomError.noMaps(path)) {
                try PhantomMaps(folder: path, threads: 1)
            }
            let file = path + "/a.nii"
            try map(small: 0.5).write(to: file)
            #expect(throws: PhantomError.labels(file, .notIntegers(count: 512, example: 0.5))) {
                try PhantomMaps(folder: path, threads: 1)
            }
            let empty = Volume(Samples([UInt8](repeating: 0, count: 8)), geometry: grid([2, 2, 2]))
            try empty.write(to: file, replacing: true)
            #expect(throws: PhantomError.emptyMap(file)) {
                try PhantomMaps(folder: path, threads: 1)
            }
            let many = Volume(Samples((0...255).map { Int16($0) }), geometry: grid([256, 1, 1]))
            try many.write(to: file, replacing: true)
            #expect(throws: PhantomError.tooManyLabels(path, count: 255)) {
                try PhantomMaps(folder: path, threads: 1)
            }
            try Data([3, 1, 4, 0]).write(to: URL(filePath: file))
            #expect(throws: PhantomError.image(ImageError(file: file, fault: .unknownFormat))) {
                try PhantomMaps(folder: path, threads: 1)
            }
        }
    }

    @Test("FreeSurfer's maps of real heads have bright white matter", .enabled(if: RealData.isHere))
    func freeSurfer() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/head.nii.gz",
                withDestinationPath: RealData.path("anatomy/training_seg_03.nii.gz"))
            let maps = try PhantomMaps(folder: folder.path, threads: 1)
            let made = Phantom(size: [64, 64, 64], seed: 1, source: .maps(maps)).makeCase(0)
            func brightness(_ name: String) -> Double {
                let value = maps.labels.foreground.first { $0.name == name }?.value ?? 0
                return mean(of: made.image, where: made.labels, is: UInt8(value))
            }
            #expect((0.5...0.85).contains(brightness("label_3") / brightness("label_2")))
            let counts = histogram(made.labels, maps.labels.classCount)
            #expect(maps.labels.classCount == 53 && counts.count { $0 > 0 } > 44)
        }
    }

    private func grid(_ size: SIMD3<Int>) -> Geometry {
        Geometry(size: size, affine: .identity)
    }

    /// The middle of a label's voxels, in mm.
    private func centre(of label: UInt8, in labels: Volume) -> SIMD3<Double> {
        let size = labels.geometry.size
        var (sum, count) = (SIMD3<Double>.zero, 0.0)
        for (index, value) in bytes(labels).enumerated() where value == label {
            let voxel = SIMD3(index % size.x, index / size.x % size.y, index / size.x / size.y)
            sum += labels.affine(SIMD3<Double>(voxel))
            count += 1
        }
        return sum / count
    }
}
