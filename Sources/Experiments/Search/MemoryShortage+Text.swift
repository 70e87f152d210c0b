internal import Host
public import Study

extension MemoryShortage {
    /// For a reader.
    public var words: String {
        let verb = kind == .predicted ? "would need" : "needs"
        return "out of memory: \(verb) about \(ByteCount(needed)) of \(ByteCount(limit))"
    }
}
