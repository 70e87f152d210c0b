internal import CWebP
internal import SegNASImaging

/// The first channel of an image on a grid that is shown, from black to white.
struct GreyVolume: Sendable {
    /// The grey values, x fastest.
    let values: [UInt8]

    /// Averages the blocks of a grid; the middle 99 % range from black to white, and NaN is black.
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

    /// The percentiles 0.5 and 99.5 of an even sample of the voxels.
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

/// The axial slices of a volume side by side in one picture, which browsers unpack.
struct GreySprite: Sendable {
    let columns: Int
    let rows: Int
    let width: Int
    let height: Int
    /// The pixels row by row from the top; those behind the last slice are black.
    let pixels: [UInt8]

    /// Arranges slices in as many columns as make the picture about as wide as high.
    init(_ volume: GreyVolume, size: SIMD3<Int>) {
        let count = Double(size.z * size.y) / Double(size.x)
        columns = min(max(1, Int(count.squareRoot().rounded())), size.z)
        rows = (size.z + columns - 1) / columns
        width = columns * size.x
        height = rows * size.y
        var pixels = [UInt8](repeating: 0, count: width * height)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let source = (z * size.y + y) * size.x
                let target = (z / columns * size.y + y) * width + z % columns * size.x
                pixels.replaceSubrange(
                    target..<target + size.x, with: volume.values[source..<source + size.x])
            }
        }
        self.pixels = pixels
    }

    /// The picture as a lossy WebP file within a limit of bytes; nil if that is not possible.
    ///
    /// WebP (RFC 9649), over libwebp: as good as JPEG in about half the bytes. Qualities are tried downwards, which
    /// takes less time than libwebp's own search for a size.
    func webp(byteLimit: Int) -> [UInt8]? {
        guard max(width, height) <= Int(WEBP_MAX_DIMENSION), byteLimit > 0 else { return nil }
        var quality: Float = 75
        while quality >= 5 {
            guard let file = encoded(quality: quality) else { return nil }
            let ratio = Float(byteLimit) / Float(file.count)
            if ratio >= 1 { return file }
            // The size falls by about 1 % with each step of the quality.
            quality -= max(5, 100 * (1 - ratio))
        }
        return nil
    }

    private func encoded(quality: Float) -> [UInt8]? {
        var config = WebPConfig()
        var picture = WebPPicture()
        var writer = WebPMemoryWriter()
        guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else { return nil }
        config.quality = quality
        // Slower methods make files 5 % smaller.
        config.method = 2
        picture.width = Int32(width)
        picture.height = Int32(height)
        guard WebPPictureAlloc(&picture) != 0 else { return nil }
        defer { WebPPictureFree(&picture) }
        fill(picture)
        WebPMemoryWriterInit(&writer)
        defer { WebPMemoryWriterClear(&writer) }
        return withUnsafeMutablePointer(to: &writer) { writer in
            picture.writer = WebPMemoryWrite
            picture.custom_ptr = UnsafeMutableRawPointer(writer)
            guard WebPEncode(&config, &picture) != 0 else { return nil }
            return Array(UnsafeBufferPointer(start: writer.pointee.mem, count: writer.pointee.size))
        }
    }

    /// Fills the picture with brightness in the range of video (16 to 235, ITU-R BT.601), without colour.
    private func fill(_ picture: WebPPicture) {
        for row in 0..<height {
            for column in 0..<width {
                let grey = Int(pixels[row * width + column])
                picture.y[row * Int(picture.y_stride) + column] = UInt8(
                    16 + (219 * grey + 127) / 255)
            }
        }
        let colours = Int(picture.uv_stride) * ((height + 1) / 2)
        picture.u.update(repeating: 128, count: colours)
        picture.v.update(repeating: 128, count: colours)
    }
}
