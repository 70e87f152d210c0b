import Foundation
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Class scores back on the grid of the file")
struct ScoreRestoringTests {
    static let labels = PreparationFiles.labels

    /// A perfect network's answer: how much of each prepared voxel each class covers.
    static func coverage(
        of classes: Samples, _ geometry: Geometry, _ transform: GridTransform, count: Int
    ) throws -> ClassScores {
        let scores = try #require(transform.scores(classes: count))
        let masks = (0..<count).flatMap { label in
            classes.array(UInt8.self).map { Float($0 == label ? 1 : 0) }
        }
        let size = geometry.size
        let prepared = Volume(
            shape: [size.x, size.y, size.z, count], affine: geometry.affine, samples: Samples(masks)
        ).reoriented(by: transform.reorientation).resampled(by: transform.map, .linear)
        let grid = transform.map.size
        scores.add(mirrored: [false, false, false]) {
            $0.add(prepared.samples.array(Float.self), classes: count, tile: grid)
        }
        return scores
    }

    /// A ball in the middle of an image, in class 2, and the rest.
    static func ball(_ size: SIMD3<Int>, _ geometry: Geometry) -> Samples {
        let middle = geometry.affine(SIMD3<Double>(size) / 2 - 0.5)
        var values: [UInt8] = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let step = geometry.affine([Double(x), Double(y), Double(z)]) - middle
                    // A ball with a corner cut off, so that no orientation looks like another.
                    let isInside = (step * step).sum() < 100 && step.x + step.y - step.z < 6
                    values.append(isInside ? 2 : 0)
                }
            }
        }
        return Samples(values)
    }

    @Test(
        "a ball comes back to the grid of its file, whatever the orientation and the voxels",
        arguments: Orientation.all)
    func geometry(orientation: Orientation) throws {
        let spacing: SIMD3<Double> = [1, 0.8, 2.5]
        let affine = PreparationFiles.affine(orientation, spacing: spacing)
        let size: SIMD3<Int> = [30, 37, 13]
        let geometry = Geometry(size: size, affine: affine)
        let classes = Self.ball(size, geometry)
        for options in [
            PreparationOptions(size: [32, 32, 32]),
            PreparationOptions(size: [40, 40, 40], fit: .pad, isCanonical: false),
        ] {
            let reorientation =
                options.isCanonical
                ? Reorientation(from: Orientation(affine), to: .ras) : .identity
            let map = try #require(options.map(of: reorientation(geometry)))
            let transform = GridTransform(
                original: geometry, reorientation: reorientation, map: map)
            let scores = try Self.coverage(of: classes, geometry, transform, count: 3)
            let restored = ScoreRestorer([(scores, transform)], labels: Self.labels, threads: 2)
                .labelMap()
            #expect(restored.geometry == geometry)
            let expected = classes.array(UInt8.self).map { $0 == 2 ? UInt8(205) : 1 }
            let dice = Self.dice(restored.samples.array(UInt8.self), expected, 205)
            #expect(dice > 0.97, "\(orientation) \(dice)")
        }
    }

    static func dice(_ a: [UInt8], _ b: [UInt8], _ label: UInt8) -> Double {
        let both = zip(a, b).count { $0 == label && $1 == label }
        return 2 * Double(both) / Double(a.count { $0 == label } + b.count { $0 == label })
    }

    @Test("probabilities are written as one image of all classes")
    func probabilities() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "p.nii.gz").path
            let geometry = Geometry(size: [9, 8, 7], affine: .identity)
            let classes = Self.ball(geometry.size, geometry)
            let options = PreparationOptions(size: [12, 12, 12])
            let transform = GridTransform(
                original: geometry, reorientation: .identity,
                map: try #require(options.map(of: geometry)))
            let scores = try Self.coverage(of: classes, geometry, transform, count: 3)
            let restoring = ScoreRestorer([(scores, transform)], labels: Self.labels, threads: 2)
            try restoring.writeProbabilities(to: path)
            let written = try Volume(contentsOf: path)
            #expect(written.shape == [9, 8, 7, 3] && written.affine == .identity)
            let values = written.samples.array(Float.self)
            let voxels = 9 * 8 * 7
            let labels = restoring.labelMap().samples.array(UInt8.self)
            for voxel in 0..<voxels {
                let all = (0..<3).map { values[$0 * voxels + voxel] }
                #expect(abs(all.reduce(0, +) - 1) < 1e-5)
                #expect((all[2] > all[0]) == (labels[voxel] == 205))
            }
            #expect(throws: ImageError(file: path, fault: .exists)) {
                try restoring.writeProbabilities(to: path)
            }
        }
    }

    @Test(
        "scores restore hippocampus labels better than classes do",
        .enabled(if: RealData.isHere))
    func hippocampus() throws {
        let dataset = try Dataset(contentsOf: RealData.path("Task04_Hippocampus"))
        let table = dataset.labels
        var sums = (scores: 0.0, nearest: 0.0, perLabel: 0.0)
        let preparation = try Preparation(
            PreparationOptions(size: [32, 32, 32]), channels: dataset.channels, labels: table)
        for subject in dataset.training.prefix(8) {
            let prepared = try preparation.prepare(subject)
            let stored = try Volume(contentsOf: subject.label ?? "")
            let classes = try ClassMapper(table).classes(of: stored)
            let expected = classes.array(UInt8.self)
            let scores = try Self.coverage(
                of: classes, stored.geometry, prepared.transform, count: table.classCount)
            let restored = ScoreRestorer([(scores, prepared.transform)], labels: table, threads: 2)
            func dice(_ volume: Volume) -> Double {
                let values = volume.samples.array(UInt8.self)
                return (Self.dice(values, expected, 1) + Self.dice(values, expected, 2)) / 2
            }
            let labels = try #require(prepared.prepared.labels)
            sums.scores += dice(restored.labelMap())
            sums.nearest += dice(
                prepared.transform.restore(classes: labels, labels: table, interpolation: .nearest))
            sums.perLabel += dice(
                prepared.transform.restore(
                    classes: labels, labels: table, interpolation: .perLabelLinear))
        }
        print("Dice: scores, per label, nearest", sums)
        #expect(sums.scores > sums.perLabel && sums.perLabel > sums.nearest)
        #expect(sums.scores / 8 > 0.95)
    }
}
