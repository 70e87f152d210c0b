internal import SegNASHost
public import SegNASStudy

extension MemoryShortage {
    /// For a reader.
    public var words: String {
        let verb = kind == .predicted ? "would need" : "needs"
        return "out of memory: \(verb) about \(ByteCount(needed)) of \(ByteCount(limit))"
    }
}
