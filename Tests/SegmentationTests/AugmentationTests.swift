import Foundation
import SegNASDatasets
import SegNASImaging
import SegNASRandomness
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@Suite("Augmentation")
struct AugmentationTests {
    private let size = SIMD3(20, 24, 30)

    private func samples(_ augmentation: Augmentation, _ count: Int = 2000, channels: Int = 1)
        -> [AugmentationSample]
    {
        (0..<count).map { index in
            var generator = SeededGenerator(seed: 3, path: UInt64(index))
            return augmentation.draw(using: &generator, size: size, channels: channels)
        }
    }

    @Test("by default the paper's movement alone, within its ranges")
    func defaults() throws {
        let drawn = samples(Augmentation())
        #expect(drawn.allSatisfy { $0.changes == [[]] })
        let warps = drawn.compactMap(\.warp)
        #expect(abs(Double(warps.count) / 2000 - 0.8) < 0.03)
        var (angles, scales, shifts): ([Double], [Double], [Double]) = ([], [], [])
        for warp in warps {
            let rows = warp.rows
            #expect(warp.displacement == nil && rows[2][0] == 0 && rows[2][1] == 0)
            #expect(abs(rows[0][0] - rows[1][1]) < 1e-12 && abs(rows[0][1] + rows[1][0]) < 1e-12)
            scales.append(1 / rows[2][2])
            angles.append(atan2(rows[0][1], rows[0][0]) * 180 / .pi)
            shifts.append(14.5 - (14.5 - rows[2][3]) / rows[2][2])
        }
        expectFill(angles, -30, 30)
        expectFill(scales, 0.8, 1.2)
        expectFill(shifts, -6, 6)
    }

    @Test("a strength multiplies the probabilities of all kinds, and never mirrors most images")
    func strength() throws {
        var all = Augmentation()
        all.rotation = .init(probability: 0.6)
        all.scaling = .init()
        all.elastic = .init()
        all.mirroring = .init(probabilities: [0.5, 0.1, 0.8])
        all.noise = .init()
        all.blur = .init()
        all.brightness = .init()
        all.contrast = .init()
        all.lowResolution = .init()
        all.invertedGamma = .init(probability: 0.1)
        all.gamma = .init()
        #expect(all.scaled(by: 1) == all)
        #expect(Augmentation().scaled(by: 0.5).kinds == ["movement"])
        let half = all.scaled(by: 0.5)
        #expect(half.kinds == all.kinds && half.faults.isEmpty)
        #expect(half.blur == .init(probability: 0.1, channelProbability: 0.5))
        let double = all.scaled(by: 2)
        #expect(double.faults.isEmpty)
        #expect(double.movement?.probability == 1 && double.rotation?.probability == 1)
        #expect(double.mirroring?.probabilities == [0.5, 0.2, 0.8])
        let probabilities = [
            double.scaling?.probability, double.elastic?.probability, double.noise?.probability,
            double.blur?.probability, double.brightness?.probability, double.contrast?.probability,
            double.lowResolution?.probability, double.invertedGamma?.probability,
            double.gamma?.probability,
        ]
        #expect(probabilities == [0.4, 0.4, 0.2, 0.4, 0.3, 0.3, 0.5, 0.2, 0.6])
        #expect(samples(all.scaled(by: 0), 200).allSatisfy { $0.warp == nil && $0.changes == [[]] })
    }

    /// Draws that lie in a range and use all of it.
    private func expectFill(_ values: [Double], _ low: Double, _ high: Double) {
        let (min, max) = (values.min() ?? .nan, values.max() ?? .nan)
        let margin = 0.02 * (high - low)
        #expect(min >= low - 1e-9 && min < low + margin, "\(min)")
        #expect(max <= high + 1e-9 && max > high - margin, "\(max)")
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(mean - (low + high) / 2) < 2 * margin, "\(mean)")
    }

    /// The position of a point of the image after the movement.
    private func moved(
        _ point: SIMD3<Double>, angle: Double = 0, scale: Double = 1,
        shift: SIMD3<Double> = .zero
    ) -> SIMD3<Double> {
        Augmentation.Movement.map(angle: angle, scale: scale, shift: shift, size: size)
            .inverse(point)
    }

    @Test(
        "rotation is counterclockwise seen from above, about the centre; scale enlarges; shift is forward"
    )
    func directions() {
        let centre = (SIMD3<Double>(size) - 1) / 2
        let right = centre + [4, 0, 1]
        let front = centre + [0, 4, 1]
        #expect((moved(right, angle: .pi / 2) - front).length < 1e-9)
        #expect((moved(right, scale: 2) - (centre + [8, 0, 2])).length < 1e-9)
        #expect((moved(right, shift: [1, 2, 3]) - (right + [1, 2, 3])).length < 1e-9)
        let all = moved(right, angle: .pi / 2, scale: 2, shift: [1, 2, 3])
        #expect((all - (centre + [1, 10, 5])).length < 1e-9)
    }

    @Test("an image that is shifted, and its labels, move together")
    func shiftMovesBoth() throws {
        let map = Augmentation.Movement.map(angle: 0, scale: 1, shift: [3, 0, -2], size: size)
        let warp = Warp(rows: Array(map.rows.prefix(3)))
        let example = PreparedCase.example("a", size: size) { $0 == [8, 9, 10] ? 5 : 0 }
        let made = try example.augmented(AugmentationSample(warp: warp))
        let voxel = 11 + 20 * (9 + 24 * 8)
        #expect(made.image.firstIndex { $0 != 0 } == voxel)
        #expect(made.labels.firstIndex { $0 != 0 } == voxel)
        #expect(made.image[voxel] == 5 && made.labels[voxel] == 5)
    }

    @Test("mirrors are drawn for each axis, and twice the same is nothing")
    func mirroring() throws {
        var augmentation = Augmentation()
        augmentation.movement = nil
        augmentation.mirroring = .init(probabilities: [1, 0, 0.5])
        let drawn = samples(augmentation, 200)
        #expect(Set(drawn.compactMap(\.warp)).count == 2)
        let flip = try #require(drawn.first)
        let example = PreparedCase.example("a", size: size) { Float($0.x + 7 * $0.y + $0.z) }
        let once = try example.augmented(flip)
        let back = try PreparedCase.example("b", size: size, image: once.image, labels: once.labels)
            .augmented(flip)
        #expect(once.image != back.image)
        #expect(back.image == (try example.augmented(AugmentationSample())).image)
        #expect(once.image[0] == 19 || once.image[0] == 19 + 29)
    }

    @Test("elastic deformation at its largest never folds")
    func elastic() throws {
        var augmentation = Augmentation()
        augmentation.elastic = .init(probability: 1, cells: 3, displacement: 0.4...0.4)
        augmentation.movement = .init(probability: 1, shift: 0)
        let side = 20
        let cube = SIMD3(repeating: side)
        // Sampling a ramp gives the position; the last volume is 1 wherever all neighbours are inside.
        let probes = (0..<4).map { axis in
            PreparedCase.example("ramp", size: cube) { axis < 3 ? Float($0[axis]) : 1 }
        }
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<8 {
            let drawn = augmentation.draw(using: &generator, size: cube, channels: 1)
            let at = try probes.map { try $0.augmented(drawn).image }
            let determinants = jacobians(at, side: side)
            #expect(determinants.count > 1000 && (determinants.min() ?? 0) > 0)
            #expect(Set(determinants.map { ($0 * 10).rounded() }).count > 5)
        }
    }

    /// The Jacobian determinants of positions x, y and z, by differences, where `at[3]` is 1.
    private func jacobians(_ at: [[Float]], side: Int) -> [Double] {
        let steps = [1, side, side * side]
        return (0..<side * side * (side - 1) - side - 1).compactMap { voxel in
            let isEdge = steps.contains { voxel / $0 % side == side - 1 }
            let around = [voxel] + steps.map { voxel + $0 }
            guard !isEdge, around.allSatisfy({ abs(at[3][$0] - 1) < 1e-5 }) else { return nil }
            let columns = steps.map { step in
                SIMD3((0..<3).map { Double(at[$0][voxel + step] - at[$0][voxel]) })
            }
            return Affine(x: columns[0], y: columns[1], z: columns[2]).determinant
        }
    }

    @Test("switching one kind on leaves the draws of the others")
    func streams() {
        var rich = Augmentation.everything
        let all = samples(rich, 50, channels: 2)
        rich.noise = nil
        let without = samples(rich, 50, channels: 2)
        #expect(all.map(\.warp) == without.map(\.warp))
        let quiet = all.map { sample in
            sample.changes.map { changes in
                changes.filter {
                    if case .noise = $0 { false } else { true }
                }
            }
        }
        #expect(quiet == without.map(\.changes))
        #expect(all.map(\.changes) != without.map(\.changes))
    }

    @Test("changes follow nnU-Net's order and ranges, channel by channel")
    func changes() {
        let drawn = samples(.everything, 1000, channels: 3)
        let counts = drawn.map { $0.changes.map(\.count) }
        #expect(counts.allSatisfy { $0.count == 3 })
        #expect(counts.contains { Set($0).count > 1 })
        for change in drawn.flatMap(\.changes).flatMap(\.self) {
            switch change {
            case .noise(let deviation, _): #expect((0...0.1).contains(deviation))
            case .blur(let deviations):
                #expect((0..<3).allSatisfy { (0.5...1).contains(deviations[$0]) })
            case .brightness(let factor), .contrast(let factor):
                #expect((0.75...1.25).contains(factor))
            case .lowResolution(let scale): #expect((0.5...1).contains(scale))
            case .gamma(let exponent, _): #expect((0.7...1.5).contains(exponent))
            }
        }
    }

    @Test("each change keeps what it should", arguments: [1, 3])
    func intensities(channels: Int) throws {
        var generator = SeededGenerator(seed: 11)
        let voxels = size.x * size.y * size.z
        let image = (0..<voxels * channels).map { _ in Float(generator.normal()) }
        let example = PreparedCase.example(
            "a", size: size, image: image, labels: Array(repeating: 1, count: voxels))
        func first(_ change: IntensityChange) throws -> [Float] {
            let changes = [[change]] + Array(repeating: [], count: channels - 1)
            let made = try example.augmented(AugmentationSample(changes: changes)).image
            // The other channels stay.
            for channel in 1..<max(channels, 1) {
                let values = stride(from: channel, to: made.count, by: channels).map { made[$0] }
                #expect(values == Array(image[channel * voxels..<(channel + 1) * voxels]))
            }
            return stride(from: 0, to: made.count, by: channels).map { made[$0] }
        }
        let before = Array(image[..<voxels])
        let contrast = try first(.contrast(factor: 1.25))
        #expect(contrast.min() == before.min() && contrast.max() == before.max())
        #expect(abs(mean(contrast) - mean(before)) < 0.01)
        let brightness = try first(.brightness(factor: 0.75))
        #expect(zip(before, brightness).allSatisfy { abs($0 * 0.75 - $1) < 1e-6 })
        for inverted in [false, true] {
            let gamma = try first(.gamma(exponent: 1.5, inverted: inverted))
            #expect(gamma != before)
            #expect(abs(mean(gamma) - mean(before)) < 1e-5)
            #expect(abs(deviation(gamma) - deviation(before)) < 1e-5)
        }
        let coarse = try first(.lowResolution(scale: 0.5))
        #expect((coarse.min() ?? 0) >= (before.min() ?? 0))
        #expect(deviation(coarse) < deviation(before))
        let blurred = try first(.blur([0.5, 1, 0.7]))
        #expect(abs(mean(blurred) - mean(before)) < 1e-6)
    }

    private func mean(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }

    private func deviation(_ values: [Float]) -> Double {
        let mean = mean(values)
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (squares / Double(values.count)).squareRoot()
    }

    @Test("options go through JSON; senseless ones are all named")
    func options() throws {
        let everything = Augmentation.everything
        let data = try JSONEncoder().encode(everything)
        #expect(try JSONDecoder().decode(Augmentation.self, from: data) == everything)
        #expect(Augmentation().faults.isEmpty && everything.faults.isEmpty)
        var wrong = Augmentation()
        wrong.movement = .init(probability: 1.5, scale: 0...1)
        wrong.elastic = .init(displacement: 0...0.6)
        wrong.mirroring = .init(probabilities: [0.5])
        #expect(
            wrong.faults == [
                "movement: probability 1.5 is not between 0 and 1",
                "movement: scale 0.0 to 1.0 is not within 0.1 to 10.0",
                "elastic: displacement 0.0 to 0.6 is not within 0.0 to 0.4",
                "mirroring: 1 probabilities, not one an axis",
            ])
    }
}
