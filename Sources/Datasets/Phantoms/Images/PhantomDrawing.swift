internal import SegNASImaging
internal import SegNASRandomness

/// Everything that a case's image and labels are made from.
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
            image: Volume(image, geometry: grid), labels: Volume(map, geometry: grid))
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
