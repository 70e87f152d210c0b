import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets
@testable import SegNASImaging

@Suite("Preparation of a case")
struct PreparationTests {
    @Test("The paper's steps in one map")
    func resizing() throws {
        let image = Geometry(size: [20, 30, 10], affine: Affine(spacing: [1, 1, 2]))
        let map = try #require(PreparationOptions(size: [60, 60, 60]).map(of: image))
        // 20 x 30 x 20 voxels of 1 mm, padded to 30, each cut in two.
        let prepared = map(image)
        #expect(prepared.spacing == [0.5, 0.5, 0.5])
        #expect(prepared.affine([-0.5, -0.5, -0.5]) == [-5.5, -0.5, -6])
    }

    @Test("A grid that is no cube keeps the proportions of the body")
    func proportions() throws {
        var options = PreparationOptions(size: [20, 40, 40])
        #expect(try spacing(options) == [1, 1, 1])
        options.spacing = .stored
        #expect(try spacing(options) == [1, 1, 2])
        options.spacing = .isotropic
        options.keepsProportions = false
        #expect(try spacing(options) == [1, 0.75, 0.5])
    }

    private func spacing(_ options: PreparationOptions) throws -> SIMD3<Double> {
        let image = Geometry(size: [20, 30, 10], affine: Affine(spacing: [1, 1, 2]))
        let map = try #require(options.map(of: image))
        return map(image).spacing
    }

    @Test("Content lies where it lay in space, whatever the options")
    func places() throws {
        try withTemporaryFolder { folder in
            let files = PreparationFiles(folder)
            let affine = PreparationFiles.affine(
                Orientation.all[29], spacing: [0.9, 1.3, 2])
            let geometry = Geometry(size: [23, 19, 11], affine: affine)
            let subject = try files.subject(
                "ramp", image: Samples(Self.ramp(on: geometry)),
                labels: Samples([UInt8](repeating: 3, count: geometry.voxelCount)), geometry)
            var options = [
                PreparationOptions(size: [32, 32, 32], normalization: .none),
                PreparationOptions(size: [31, 17, 24], normalization: .none),
                PreparationOptions(size: [40, 33, 35], fit: .pad, normalization: .none),
                PreparationOptions(
                    size: [40, 33, 35], fit: .pad, spacing: .fixed(mm: [1.1, 1, 1.2]),
                    normalization: .none),
            ]
            options += options.map { option in
                var cubic = option
                cubic.interpolation = .cubic
                cubic.isCanonical = false
                cubic.size = [36, 33, 35]
                return cubic
            }
            for option in options { try check(subject, option) }
        }
    }

    private func check(_ subject: Dataset.Case, _ options: PreparationOptions) throws {
        let result = try RestoringTests.preparation(options).prepare(subject)
        let expected = Self.ramp(on: result.transform.prepared)
        let values = result.prepared.image.array(Float.self)
        let labels = try #require(result.prepared.labels).array(UInt8.self)
        let map = result.transform.map
        var compared = 0
        var wrong = 0
        for (index, voxel) in Self.voxels(options.size).enumerated() {
            let isOutside = (0..<3).contains { !map.axes[$0].covered(.zero).contains(voxel[$0]) }
            if (labels[index] == 0) != isOutside || (isOutside && values[index] != 0) { wrong += 1 }
            guard Self.isInside(voxel, map) else { continue }
            compared += 1
            if abs(values[index] - expected[index]) >= 1e-4 { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(compared > 50)
    }

    /// True if a value depends on no voxel beyond the border.
    private static func isInside(_ voxel: SIMD3<Int>, _ map: GridMap) -> Bool {
        (0..<3).allSatisfy { axis in
            let place = map.axes[axis](voxel[axis])
            let reach = 2 + map.axes[axis].scale / 2
            return place >= reach && place <= Double(map.axes[axis].sourceCount - 1) - reach
        }
    }

    private static func ramp(on geometry: Geometry) -> [Float] {
        voxels(geometry.size).map { voxel in
            let place = geometry.affine(SIMD3<Double>(voxel))
            return Float((place * [0.03, -0.02, 0.01]).sum() + 5)
        }
    }

    private static func voxels(_ size: SIMD3<Int>) -> [SIMD3<Int>] {
        (0..<(size.x * size.y * size.z)).map {
            [$0 % size.x, $0 / size.x % size.y, $0 / size.x / size.y]
        }
    }
}
