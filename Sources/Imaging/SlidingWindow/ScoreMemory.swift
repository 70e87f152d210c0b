internal import SegNASHost
internal import Synchronization

/// Memory for blocks of scores, which come and go while an image is predicted.
///
/// The system clears what it gives, page by page in one thread, and that takes longer than all additions to a block. So
/// what a block leaves is kept for the next one, as far as all of it together stays below a limit.
final class ScoreMemory: Sendable {
    private let most: Int
    private let state = Mutex(State())

    private struct State {
        var spare: [SampleBuffer] = []
        var spareBytes = 0
        var usedBytes = 0

        /// Memory that is spare and hardly larger than needed; nil where there is none, and room for new memory then.
        mutating func take(_ bytes: Int, most: Int) -> SampleBuffer? {
            let fitting = spare.indices.filter {
                (bytes...bytes + bytes / 16).contains(spare[$0].bytes.count)
            }
            if let best = fitting.min(by: { spare[$0].bytes.count < spare[$1].bytes.count }) {
                spareBytes -= spare[best].bytes.count
                return spare.remove(at: best)
            }
            while !spare.isEmpty, usedBytes + spareBytes + bytes > most {
                spareBytes -= spare.removeFirst().bytes.count
            }
            return nil
        }
    }

    /// - Parameter most: Bytes for all blocks together; no memory is kept beyond.
    init(most: Int) {
        self.most = most
    }

    /// Memory for one block, which comes back here when nobody refers to the buffer any more.
    ///
    /// - Returns: The buffer, and whether it holds zeros.
    func buffer(_ byteCount: Int) throws(ScoreMemoryError) -> (buffer: SampleBuffer, isZero: Bool) {
        let known = state.withLock { state in state.take(byteCount, most: most) }
        guard let pages = known ?? SampleBuffer(zeroPages: byteCount) else {
            throw ScoreMemoryError(bytes: byteCount)
        }
        state.withLock { $0.usedBytes += pages.bytes.count }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: pages.bytes[..<byteCount])
        return (SampleBuffer(bytes) { self.takeBack(pages) }, known == nil)
    }

    private func takeBack(_ pages: SampleBuffer) {
        let bytes = pages.bytes.count
        state.withLock { state in
            state.usedBytes -= bytes
            guard state.usedBytes + state.spareBytes + bytes <= most else { return }
            state.spare.append(pages)
            state.spareBytes += bytes
        }
    }
}
