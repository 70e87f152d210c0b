internal import CWebP

/// The axial slices of a volume side by side in one picture, which browsers unpack.
struct GreySprite: Sendable {
    let columns: Int
    let rows: Int
    let width: Int
    let height: Int
    /// Row by row from the top; what lies behind the last slice is black.
    let pixels: [UInt8]

    /// Slices in as many columns as make the picture about as wide as high.
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

    /// The picture as a WebP file of at most so many bytes, lossy; nil where that cannot be.
    ///
    /// WebP (RFC 9649), over libwebp: as good as JPEG in about half the bytes. Qualities are tried downwards, which takes
    /// less time than libwebp's own search for a size.
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

    /// Brightness as video has it (16 to 235, ITU-R BT.601), without colour.
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
