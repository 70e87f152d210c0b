internal import SegNASImaging

/// The first channel of an image on a grid that is shown, from black to white.
struct GreyVolume: Sendable {
    /// X fastest.
    let values: [UInt8]

    /// Means of the grid's blocks, of which the middle 99 % range from black to white.
    ///
    /// Values that are no numbers are black.
    init(_ image: Volume, on grid: ShownGrid, threads: Int) {
        let body = image.reoriented(to: .ras, threads: threads)
        let intensities = Self.blockMeans(body, on: grid)
        let (black, white) = Self.window(intensities)
        let scale = 255 / (white - black)
        values = intensities.map { intensity in
            guard intensity.isFinite else { return 0 }
            return UInt8(min(255, max(0, (intensity - black) * scale)))
        }
    }

    private static func blockMeans(_ body: Volume, on grid: ShownGrid) -> [Float] {
        let (size, factors, shown) = (body.geometry.size, grid.factors, grid.size)
        let (slope, intercept) = (body.scaling.slope, body.scaling.intercept)
        var line = [Double](repeating: 0, count: grid.extent.x)
        var sums = [Double](repeating: 0, count: shown.x)
        var result: [Float] = []
        result.reserveCapacity(grid.voxelCount)
        for z in 0..<shown.z {
            for y in 0..<shown.y {
                for column in sums.indices { sums[column] = 0 }
                let slices = z * factors.z..<min((z + 1) * factors.z, grid.extent.z)
                let rows = y * factors.y..<min((y + 1) * factors.y, grid.extent.y)
                for slice in slices {
                    for row in rows {
                        let start =
                            ((grid.lower.z + slice) * size.y + grid.lower.y + row) * size.x
                            + grid.lower.x
                        line.withUnsafeMutableBufferPointer { line in
                            guard let base = line.baseAddress else { return }
                            body.samples.copyDoubles(start..<start + line.count, to: base)
                        }
                        add(line, to: &sums, every: factors.x)
                    }
                }
                let lines = Double(slices.count * rows.count)
                for column in sums.indices {
                    let width = min(factors.x, grid.extent.x - column * factors.x)
                    let mean = sums[column] / (lines * Double(width))
                    result.append(Float(mean * slope + intercept))
                }
            }
        }
        return result
    }

    private static func add(_ line: [Double], to sums: inout [Double], every factor: Int) {
        if factor == 1 {
            for column in sums.indices { sums[column] += line[column] }
        } else {
            for column in line.indices { sums[column / factor] += line[column] }
        }
    }

    /// The percentiles 0.5 and 99.5 of what an even sample of the voxels holds.
    private static func window(_ intensities: [Float]) -> (black: Float, white: Float) {
        let step = max(1, intensities.count / 50_000)
        let sample = stride(from: step / 2, to: intensities.count, by: step).map {
            intensities[$0]
        }
        let sorted = sample.filter(\.isFinite).sorted()
        guard let first = sorted.first else { return (0, 1) }
        let black = quantile(0.005, ofSorted: sorted)
        let white = quantile(0.995, ofSorted: sorted)
        // An image of one intensity is black, and no number is divided by zero.
        return white > black ? (black, white) : (first, first + max(1, abs(first)))
    }
}
