import FoundationEssentials

/// The cores and the memory that this process may use: the machine's, or less where a control group limits it
/// (containers, batch systems).
public struct HostResources: Equatable, Sendable {
    public var cores: Int
    /// Installed memory, or the control group's limit.
    public var memory: ByteCount
    /// What is free of it now, file caches counted as free.
    public var available: ByteCount

    /// What this process has now; `root` is where `proc` and `sys` are found, another folder in tests.
    public static func current(root: String = "/") -> HostResources {
        let machine = meminfo(root: root)
        var resources = HostResources(
            cores: schedulableCores(root: root), memory: machine.total, available: machine.available
        )
        for group in ControlGroup.all(root: root) {
            if let quota = group.cores {
                resources.cores = min(resources.cores, max(1, Int(quota.rounded())))
            }
            guard let limit = group.memoryLimit, limit < resources.memory else { continue }
            resources.memory = limit
            let free = limit.bytes - min(limit.bytes, group.memoryInUse)
            resources.available = min(resources.available, ByteCount(free))
        }
        if root == "/", let left = ProcessLimits.addressSpaceLeft {
            resources.available = min(resources.available, left)
        }
        return resources
    }

    /// Cores on which the scheduler lets this process run: `Cpus_allowed_list:	0-3,8`.
    private static func schedulableCores(root: String) -> Int {
        let status = (try? String(contentsOfFile: root + "proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        let list = line?.split(whereSeparator: \.isWhitespace).last ?? ""
        let counts = list.split(separator: ",").map { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return ends.count == 2 ? max(0, ends[1] - ends[0] + 1) : ends.count
        }
        let cores = counts.reduce(0 as Int) { $0 + $1 }
        return cores > 0 ? cores : ProcessInfo.processInfo.activeProcessorCount
    }

    private static func meminfo(root: String) -> (total: ByteCount, available: ByteCount) {
        let lines = (try? String(contentsOfFile: root + "proc/meminfo", encoding: .utf8)) ?? ""
        func value(_ key: String) -> ByteCount {
            let line = lines.split(separator: "\n").first { $0.hasPrefix(key + ":") }
            let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
            return ByteCount((kibibytes ?? 0) * 1024)
        }
        return (value("MemTotal"), value("MemAvailable"))
    }
}

/// The limits of one control group, of version 1 or 2.
private struct ControlGroup {
    var memoryLimit: ByteCount?
    var memoryInUse: UInt64
    var cores: Double?

    /// The groups of this process and all that enclose them: each may limit.
    static func all(root: String) -> [ControlGroup] {
        let memberships =
            (try? String(contentsOfFile: root + "proc/self/cgroup", encoding: .utf8)) ?? ""
        return memberships.split(separator: "\n").flatMap { line -> [ControlGroup] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let isUnified = fields[1].isEmpty
            let controllers = fields[1].split(separator: ",")
            guard isUnified || controllers.contains("memory") || controllers.contains("cpu") else {
                return []
            }
            let mount = root + "sys/fs/cgroup" + (isUnified ? "" : "/\(fields[1])")
            let parts = fields[2].split(separator: "/")
            return (0...parts.count).map { depth in
                let folder = ([mount] + parts.prefix(depth).map(String.init)).joined(separator: "/")
                return isUnified ? unified(folder) : legacy(folder)
            }
        }
    }

    private static func unified(_ folder: String) -> ControlGroup {
        let quota = words(folder + "/cpu.max")
        var cores: Double?
        if quota.count == 2, let time = Double(quota[0]), let period = Double(quota[1]), time > 0,
            period > 0
        {
            cores = time / period
        }
        return ControlGroup(
            memoryLimit: number(folder + "/memory.max").map { ByteCount($0) },
            memoryInUse: inUse(folder + "/memory.current", folder, cacheKey: "inactive_file"),
            cores: cores)
    }

    private static func legacy(_ folder: String) -> ControlGroup {
        var cores: Double?
        if let time = words(folder + "/cpu.cfs_quota_us").first.flatMap({ Double($0) }), time > 0,
            let period = number(folder + "/cpu.cfs_period_us"), period > 0
        {
            cores = time / Double(period)
        }
        return ControlGroup(
            memoryLimit: number(folder + "/memory.limit_in_bytes").map { ByteCount($0) },
            memoryInUse: inUse(
                folder + "/memory.usage_in_bytes", folder, cacheKey: "total_inactive_file"),
            cores: cores)
    }

    /// Bytes in use less the file cache that the kernel gives up when asked.
    private static func inUse(_ file: String, _ folder: String, cacheKey: String) -> UInt64 {
        let all = number(file) ?? 0
        let statistics = words(folder + "/memory.stat")
        let cache = statistics.firstIndex(of: cacheKey).flatMap { index in
            statistics.indices.contains(index + 1) ? UInt64(statistics[index + 1]) : nil
        }
        return all - min(all, cache ?? 0)
    }

    private static func words(_ file: String) -> [String] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func number(_ file: String) -> UInt64? {
        words(file).first.flatMap { UInt64($0) }
    }
}
