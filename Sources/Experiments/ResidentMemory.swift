import FoundationEssentials

/// The resident memory of this process in bytes, as Linux counts it.
public enum ResidentMemory {
    /// Lets the peak start again from what is resident now, and returns that.
    public static func restartPeak() -> UInt64 {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        return value("VmRSS")
    }

    public static func current() -> UInt64 {
        value("VmRSS")
    }

    public static func peak() -> UInt64 {
        value("VmHWM")
    }

    private static func value(_ key: String) -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return (kibibytes.flatMap { UInt64($0) } ?? 0) * 1024
    }
}
