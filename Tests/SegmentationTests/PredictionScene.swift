import Foundation
import ModelSupport
import SegNASDatasets
import SegNASImaging

/// Images whose intensities are their classes, so that `ModelScene.rounding` must find them.
struct PredictionScene {
    /// Two halves of an oblique ellipsoid that is longer on one side; intensities 0, 1 and 2.
    static func volume(_ geometry: Geometry) -> Volume {
        let size = geometry.size
        let middle = geometry.affine(SIMD3<Double>(size) / 2 - 0.5)
        var values: [Float] = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let step = geometry.affine([Double(x), Double(y), Double(z)]) - middle
                    let isInside = (step * step / [140, 100, 80]).sum() < 1
                    let isSecond = step.x + 0.5 * step.y > step.z
                    values.append(isInside && step.y < 8 ? isSecond ? 2 : 1 : 0)
                }
            }
        }
        return Volume(Samples(values), geometry: geometry)
    }

    /// The values that a label map of that image has.
    static func labels(_ volume: Volume) -> [Double] {
        let table = [1.0, 3, 205]
        return doubles(volume).map { table[Int($0)] }
    }

    static func doubles(_ volume: Volume) -> [Double] {
        var values = [Double](repeating: 0, count: volume.samples.count)
        volume.samples.copyDoubles(0..<values.count, to: &values)
        return values
    }

    /// Mean Dice of both labels.
    static func dice(_ a: [Double], _ b: [Double]) -> Double {
        let each = [3.0, 205].map { label in
            let both = zip(a, b).count { $0 == label && $1 == label }
            return 2 * Double(both) / Double(a.count { $0 == label } + b.count { $0 == label })
        }
        return each.reduce(0, +) / 2
    }

    /// A case of one image file.
    static func subject(_ volume: Volume, in folder: URL, _ name: String = "case") throws
        -> Dataset.Case
    {
        let path = folder.appending(path: "\(name).nii").path
        try volume.write(to: path, replacing: true)
        let inputs = try ImageInputs([path], channels: 1)
        return inputs.cases[0]
    }

    /// Axes that run so, a little oblique.
    static func affine(_ orientation: Orientation, spacing: SIMD3<Double>) -> Affine {
        let world: [SIMD3<Double>] = [[1, 0.03, -0.02], [-0.03, 1, 0.04], [0.02, -0.04, 1]]
        let axes = (0..<3).map { index in
            let axis = orientation.axes[index]
            return world[axis.world] * spacing[index] * (axis.isReversed ? -1 : 1)
        }
        return Affine(x: axes[0], y: axes[1], z: axes[2], origin: [11, -27, 5])
    }
}
