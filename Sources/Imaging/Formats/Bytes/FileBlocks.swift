/// The bytes of a file, which are read in blocks as they are asked for: of a slice with large pixels only the header.
final class FileBlocks {
    private let file: InputFile
    private var block: [UInt8] = []
    private var start = 0

    private static let blockSize = 1 << 14

    init(_ file: InputFile) {
        self.file = file
    }

    var count: Int { file.size }

    /// Some bytes, all of which must lie in the file.
    func bytes(_ range: Range<Int>) throws(ImageFault) -> ArraySlice<UInt8> {
        if range.lowerBound < start || range.upperBound > start + block.count {
            let end = min(max(range.upperBound, range.lowerBound + Self.blockSize), count)
            do {
                block = try file.bytes(range.lowerBound..<end)
            } catch {
                throw error.fault
            }
            start = range.lowerBound
        }
        return block[(range.lowerBound - start)..<(range.upperBound - start)]
    }
}
