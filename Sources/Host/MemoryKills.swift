import FoundationEssentials

extension HostResources {
    /// How many processes the system has killed for want of memory, in the control group of this process or, where
    /// that does not count them, on the whole machine; nil where neither does.
    ///
    /// `root` is where `proc` and `sys` are found, another folder in tests.
    public static func memoryKills(root: String = "/") -> Int? {
        let groups = (try? String(contentsOfFile: root + "proc/self/cgroup", encoding: .utf8)) ?? ""
        let files = groups.split(separator: "\n").compactMap { line -> String? in
            // 0::/user.slice of version 2, 9:memory:/job_12 of version 1.
            let fields = line.split(
                separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            let folder = root + "sys/fs/cgroup"
            if fields[1].isEmpty { return "\(folder)\(fields[2])/memory.events" }
            return fields[1].split(separator: ",").contains("memory")
                ? "\(folder)/memory\(fields[2])/memory.oom_control" : nil
        }
        return (files + [root + "proc/vmstat"]).lazy.compactMap(count).first
    }

    private static func count(in file: String) -> Int? {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }
}
