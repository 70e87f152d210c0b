internal import FoundationEssentials

/// The cores and the memory that this process may use.
///
/// They are the machine's, or less where a control group limits them (containers, batch systems).
public struct HostResources: Equatable, Sendable {
    public var cores: Int
    /// Installed memory, or the control group's limit.
    public var memory: ByteCount
    /// Memory that is free now, file caches counted as free.
    public var available: ByteCount

    /// The present resources of this process.
    ///
    /// `root` is the folder that holds `proc` and `sys`; tests give another one.
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

    /// The number of cores on which the scheduler lets this process run: `Cpus_allowed_list:	0-3,8`.
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

extension HostResources {
    /// The number of processes that the system has killed for lack of memory.
    ///
    /// It is counted in the control group of this process, else on the whole machine; nil if neither counts them.
    /// `root` is the folder that holds `proc` and `sys`; tests give another one.
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

/// The NVIDIA driver, as the system's files show it.
public struct GraphicsDriver: Equatable, Sendable {
    /// The version, such as `550.54.15`; nil if the driver is not loaded or unknown.
    public var version: String?
    /// True if the system has loaded it.
    public var isLoaded: Bool
    /// True if this process finds the device file of a GPU.
    public var hasDevice: Bool

    public init(version: String? = nil, isLoaded: Bool = true, hasDevice: Bool = true) {
        (self.version, self.isLoaded, self.hasDevice) = (version, isLoaded, hasDevice)
    }

    /// The driver of this machine, or nil if there is no trace of one.
    ///
    /// `root` is the folder that holds `proc`, `dev` and `usr`; tests give another one.
    public static func current(root: String = "/") -> GraphicsDriver? {
        let text = try? String(contentsOfFile: root + "proc/driver/nvidia/version", encoding: .utf8)
        let hasDevice = hasDevice(root: root)
        let isInstalled = ["usr/bin/nvidia-smi", "usr/local/bin/nvidia-smi"].contains {
            FileManager.default.fileExists(atPath: root + $0)
        }
        guard text != nil || hasDevice || isInstalled else { return nil }
        return GraphicsDriver(
            version: text.flatMap(version), isLoaded: text != nil || hasDevice,
            hasDevice: hasDevice)
    }

    /// Looks for `/dev/nvidia0` and so on, and for the one device file of Windows' Linux.
    private static func hasDevice(root: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "dev")) ?? []
        return names.contains { name in
            let number = name.dropFirst("nvidia".count)
            return name == "dxg"
                || name.hasPrefix("nvidia") && !number.isEmpty && number.allSatisfy(\.isNumber)
        }
    }

    /// The first word that is a number with a point.
    ///
    /// `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024`, or `Open Kernel
    /// Module for x86_64  550…`.
    private static func version(_ text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("NVRM") } ?? ""
        let word = line.split(separator: " ").first { word in
            word.contains(".") && word.allSatisfy { $0.isNumber || $0 == "." }
        }
        return word.map(String.init)
    }
}
