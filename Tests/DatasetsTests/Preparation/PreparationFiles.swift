import Foundation
import SegNASImaging
import SegNASRandomness

@testable import SegNASDatasets

/// Small images and label maps on disk, as a dataset would have them.
struct PreparationFiles {
    let folder: URL
    var generator: SeededGenerator

    init(_ folder: URL, seed: UInt64 = 1) {
        self.folder = folder
        generator = SeededGenerator(seed: seed)
    }

    /// Non-consecutive, with a background that is not 0 and voxels to ignore.
    static let labels = LabelTable(
        foreground: [.init(name: "a", value: 3), .init(name: "b", value: 205)], background: 1,
        ignore: 7)

    static let stored: [UInt8] = [1, 3, 205, 7]

    /// The affine of an image whose axes run so, a little oblique.
    static func affine(_ orientation: Orientation, spacing: SIMD3<Double>) -> Affine {
        let world = Affine(
            x: [1, 0.02, -0.01], y: [-0.02, 1, 0.03], z: [0.01, -0.03, 1], origin: [11, -27, 5])
        let steps = [world.x, world.y, world.z]
        let axes = (0..<3).map { index in
            let axis = orientation.axes[index]
            return steps[axis.world] * spacing[index] * (axis.isReversed ? -1 : 1)
        }
        return Affine(x: axes[0], y: axes[1], z: axes[2], origin: world.origin)
    }

    /// Writes an image of random intensities and a label map of random labels.
    mutating func subject(
        _ name: String, size: SIMD3<Int>, affine: Affine = .identity
    ) throws -> Dataset.Case {
        let count = size.x * size.y * size.z
        let image = (0..<count).map { _ in Int16.random(in: -50...900, using: &generator) }
        let labels = (0..<count).map { _ in
            Self.stored[Int.random(in: 0..<4, using: &generator)]
        }
        return try subject(
            name, image: Samples(image), labels: Samples(labels),
            .init(size: size, affine: affine))
    }

    func subject(
        _ name: String, image: Samples, labels: Samples, _ geometry: Geometry
    ) throws -> Dataset.Case {
        let imagePath = folder.appending(path: "\(name)_0000.nii").path
        let labelPath = folder.appending(path: "\(name).nii").path
        try Volume(image, geometry: geometry).write(to: imagePath, replacing: true)
        try Volume(labels, geometry: geometry).write(to: labelPath, replacing: true)
        return Dataset.Case(identifier: name, images: [imagePath], label: labelPath)
    }
}

extension Samples {
    func array<Value: Sample>(_ type: Value.Type) -> [Value] {
        withValues(as: type) { Array($0) }
    }
}
