internal import SegNASImaging
internal import SegNASRandomness

/// The ingredients of a case's image and labels.
struct PhantomDrawing {
    var anatomy: any Anatomy
    var warp: AnatomyWarp
    var grid: Geometry
    var contrast: Phantom.Contrast
    /// Usual intensities of tissues, for contrasts that keep to them.
    var usual: [Float]
    /// The label of each tissue.
    var labels: [UInt8]

    /// Draws a scan of the anatomy.
    func render(using generator: inout SeededGenerator) -> PhantomCase {
        let tissues =
            switch contrast {
            case .t1: TissueIntensities(around: usual, using: &generator)
            case .random: TissueIntensities(randomFor: usual.count, using: &generator)
            }
        let scanner = Scanner(using: &generator)
        var intensities = [Float](repeating: 0, count: grid.voxelCount)
        let map = Samples(count: grid.voxelCount) { (labels: UnsafeMutableBufferPointer<UInt8>) in
            intensities.withUnsafeMutableBufferPointer {
                expose($0, labels, scanner, tissues, using: &generator)
            }
        }
        let image = Samples(count: grid.voxelCount) { (image: UnsafeMutableBufferPointer<Int16>) in
            scanner.develop(&intensities, size: grid.size, into: image, using: &generator)
        }
        return PhantomCase(
            images: [Volume(image, geometry: grid)], labels: Volume(map, geometry: grid))
    }

    private func expose(
        _ intensities: UnsafeMutableBufferPointer<Float>,
        _ map: UnsafeMutableBufferPointer<UInt8>, _ scanner: Scanner,
        _ tissues: TissueIntensities, using generator: inout SeededGenerator
    ) {
        guard let intensities = intensities.baseAddress else { return }
        let row = VoxelRow(count: grid.size.x)
        var start = 0
        for z in 0..<grid.size.z {
            for y in 0..<grid.size.y {
                warp.place(row, y: y, z: z)
                anatomy.classify(row)
                for voxel in 0..<row.count { map[start + voxel] = labels[Int(row.tissue[voxel])] }
                scanner.expose(row, tissues, into: intensities + start, using: &generator)
                start += row.count
            }
        }
    }
}

/// The brightness of each tissue in one image: a normal distribution each, a Gaussian mixture together.
struct TissueIntensities {
    /// Means and deviations, indexed by tissue.
    var means: [Float]
    var deviations: [Float]

    /// Draws around given means, as scans of one kind differ.
    init(around usual: [Float], using generator: inout SeededGenerator) {
        means = usual.map { $0 * Float(1 + 0.04 * generator.normal()) }
        deviations = usual.map { $0 > 0 ? Float.random(in: 0.02...0.06, using: &generator) : 0 }
    }

    /// Draws any contrast at all, for networks that should not depend on it.
    ///
    /// Billot et al. 2023, "SynthSeg", doi:10.1016/j.media.2023.102789: means and deviations are uniform; the
    /// first tissue, air, is black in half the images.
    init(randomFor count: Int, using generator: inout SeededGenerator) {
        means = (0..<count).map { _ in Float.random(in: 0...1, using: &generator) }
        deviations = (0..<count).map { _ in Float.random(in: 0...0.12, using: &generator) }
        if Bool.random(using: &generator) {
            means[0] = 0
            deviations[0] = 0
        }
    }
}
