import SegNASImaging
import SegNASRandomness
import Testing

@testable import SegNASDatasets

@Suite("Phantoms of the brain")
struct PhantomTests {
    @Test("a case depends on the seed and its number, and on nothing else")
    func determinism() {
        let phantom = Phantom(size: [24, 32, 28], seed: 5)
        let first = phantom.makeCase(3)
        #expect(bytes(first.image) == bytes(phantom.makeCase(3).image))
        #expect(bytes(first.labels) == bytes(phantom.makeCase(3).labels))
        #expect(bytes(first.labels) != bytes(phantom.makeCase(4).labels))
        var other = phantom
        other.seed = 6
        #expect(bytes(first.labels) != bytes(other.makeCase(3).labels))
    }

    @Test("contrast changes the image and not the anatomy")
    func contrast() {
        let t1 = Phantom(size: [24, 24, 24], seed: 1).makeCase(0)
        let random = Phantom(size: [24, 24, 24], seed: 1, contrast: .random).makeCase(0)
        #expect(bytes(t1.labels) == bytes(random.labels))
        #expect(bytes(t1.image) != bytes(random.image))
    }

    @Test("image and labels lie on one grid around the origin, whatever the size")
    func grid() {
        let made = Phantom(size: [48, 64, 40], seed: 0).makeCase(0)
        #expect(made.image.shape == [48, 64, 40] && made.labels.shape == [48, 64, 40])
        #expect(made.image.samples.type == .int16 && made.labels.samples.type == .uint8)
        #expect(made.image.geometry == made.labels.geometry)
        // 176 mm over 40 voxels is the coarsest axis.
        #expect(made.image.geometry.spacing == SIMD3(repeating: 4.4))
        #expect(abs(made.image.affine([23.5, 31.5, 19.5]).sum()) < 1e-9)
    }

    @Test("volumes are those of brains: 10 heads each at 64³ and 96³", arguments: [64, 96])
    func volumes(side: Int) {
        let phantom = Phantom(size: SIMD3(repeating: side), seed: UInt64(side))
        var counts = [Int](repeating: 0, count: phantom.labels.classCount)
        for index in 0..<10 {
            let one = histogram(phantom.makeCase(index).labels, phantom.labels.classCount)
            #expect(!one.contains(0), "case \(index) lacks a structure: \(one)")
            // The head fills the grid.
            let share = 1 - Double(one[0]) / Double(one.reduce(0, +))
            #expect((0.11...0.2).contains(share), "case \(index): \(share) of the voxels are brain")
            for label in counts.indices { counts[label] += one[label] }
        }
        let brain = Double(counts.dropFirst().reduce(0, +))
        for label in phantom.labels.foreground {
            let percent = 100 * Double(counts[label.value]) / brain
            let bounds = Self.percentOfBrain[label.name] ?? 0...0
            #expect(bounds.contains(percent), "\(label.name): \(percent) %")
        }
    }

    /// Twelve adults' brains have these means, give or take a quarter: see the structures' table in phantoms.md.
    private static let percentOfBrain: [String: ClosedRange<Double>] = [
        "cerebral_grey": 41...55, "cerebral_white": 28...42, "cerebellar_grey": 6.5...10.3,
        "cerebellar_white": 1.7...2.9, "brainstem": 1.1...1.8, "thalamus": 0.95...1.6,
        "lateral_ventricle": 0.7...1.4, "putamen": 0.55...0.93, "hippocampus": 0.43...0.73,
        "caudate": 0.4...0.67, "vermis_I_V": 0.3...0.52, "pallidum": 0.18...0.32,
        "vermis_VIII_X": 0.15...0.28, "vermis_VI_VII": 0.12...0.22, "amygdala": 0.12...0.2,
        "fourth_ventricle": 0.11...0.19, "accumbens": 0.065...0.115,
        "third_ventricle": 0.04...0.08, "inferior_lateral_ventricle": 0.04...0.08,
    ]

    @Test("white matter is wrapped in grey: hardly any of it touches what is not brain")
    func nesting() {
        let phantom = Phantom(size: [96, 96, 96], seed: 2)
        let labels = phantom.makeCase(0).labels
        let white = phantom.labels.foreground.first { $0.name == "cerebral_white" }?.value ?? 0
        let touching = share(of: UInt8(white), beside: 0, in: labels)
        #expect(touching > 0 && touching < 0.03, "\(touching)")
        // Grey matter is a ribbon: a good part of it touches the white.
        let inner = share(of: 1, beside: UInt8(white), in: labels)
        #expect(inner > 0.3, "\(inner)")
    }

    @Test("tissues are as bright as in T1-weighted images")
    func brightness() {
        let phantom = Phantom(size: [64, 64, 64], seed: 3)
        let made = phantom.makeCase(0)
        let means = Dictionary(
            uniqueKeysWithValues: phantom.labels.foreground.map { label in
                (label.name, mean(of: made.image, where: made.labels, is: UInt8(label.value)))
            })
        let white = means["cerebral_white"] ?? 0
        #expect((0.55...0.8).contains((means["cerebral_grey"] ?? 0) / white))
        #expect((0.15...0.6).contains((means["lateral_ventricle"] ?? 0) / white))
        #expect((0.7...1.0).contains((means["thalamus"] ?? 0) / white))
    }

    @Test("noise in air has the Rayleigh distribution: mean and deviation are 1.91 to 1")
    func noise() {
        let made = Phantom(size: [64, 64, 64], seed: 4).makeCase(0)
        let corner = made.image.samples.withValues(as: Int16.self) { image in
            (0..<512).map { Double(image[($0 / 64) * 4096 + ($0 / 8 % 8) * 64 + $0 % 8]) }
        }
        let mean = corner.reduce(0, +) / 512
        let variance = corner.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 512
        #expect(abs(mean / variance.squareRoot() - 1.913) < 0.2)
        #expect(mean > 5)
    }

    @Test("sides are alike but not equal")
    func symmetry() {
        let heads = (0..<6).map { sides(seed: UInt64($0)) }
        for structure in Tissue.structures {
            let index = Int(structure.rawValue)
            let differences = heads.map { head in
                let (left, right) = (Double(head.left[index]), Double(head.right[index]))
                return abs(left - right) / (left + right)
            }
            // A fraction of a voxel more on one side counts for much in structures so thin.
            let thin: [Tissue] = [
                .inferiorLateralVentricle, .thirdVentricle, .vermisMiddle,
            ]
            let bound = thin.contains(structure) ? 0.3 : 0.15
            #expect(differences.reduce(0, +) / 6 < bound, "\(structure): \(differences)")
            #expect(differences.contains { $0 > 0 })
        }
    }

    /// Voxels of each tissue on the two sides of a head's own middle.
    private func sides(seed: UInt64) -> (left: [Int], right: [Int]) {
        var generator = SeededGenerator(seed: seed)
        let grid = Geometry.centred(size: [96, 96, 96], spacing: 2.17)
        let brain = Brain(voxel: 2.17, using: &generator)
        let warp = AnatomyWarp(grid: grid, using: &generator)
        let row = VoxelRow(count: 96)
        var (left, right) = ([Int](repeating: 0, count: 256), [Int](repeating: 0, count: 256))
        for index in 0..<96 * 96 {
            warp.place(row, y: index % 96, z: index / 96)
            brain.classify(row)
            for voxel in 0..<96 {
                if row.x[voxel] < 0 {
                    left[Int(row.tissue[voxel])] += 1
                } else {
                    right[Int(row.tissue[voxel])] += 1
                }
            }
        }
        return (left, right)
    }
}

// What tests ask of phantoms.

func bytes(_ volume: Volume) -> [UInt8] {
    volume.samples.withBytes { Array($0) }
}

/// Voxels of each label.
func histogram(_ labels: Volume, _ count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for label in bytes(labels) { counts[Int(label)] += 1 }
    return counts
}

/// The share of a label's voxels with a neighbour of another label.
func share(of label: UInt8, beside other: UInt8, in labels: Volume) -> Double {
    let values = bytes(labels)
    let size = labels.geometry.size
    let steps = [1, size.x, size.x * size.y]
    let own = values.indices.filter { values[$0] == label }
    let touching = own.filter { voxel in
        steps.contains { step in
            [voxel - step, voxel + step].contains { values.indices ~= $0 && values[$0] == other }
        }
    }
    return Double(touching.count) / Double(own.count)
}

/// The mean of an image's samples over a label's voxels.
func mean(of image: Volume, where labels: Volume, is label: UInt8) -> Double {
    let values = bytes(labels)
    return image.samples.withValues(as: Int16.self) { image in
        let own = values.indices.filter { values[$0] == label }
        return own.reduce(0) { $0 + Double(image[$1]) } / Double(own.count)
    }
}
