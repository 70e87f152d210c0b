internal import FoundationEssentials
public import SegNASHost

/// What a search asks of a Slurm cluster.
public struct SlurmOptions: Hashable, Codable, Sendable {
    /// Options of sbatch for every job, by their long names and without dashes: `partition=gpu time=4:00:00`.
    public var resources: String
    /// Jobs at a time, those that wait in the queue included; nil for ``usualJobs``.
    public var jobs: Int?

    /// True if jobs copy prepared images to a disk of their node; nil if not.
    public var nodeCache: Bool?

    /// The number of jobs where none is given.
    public static let usualJobs = 4

    public init(resources: String = "", jobs: Int? = nil) {
        self.resources = resources
        self.jobs = jobs
    }

    public var jobCount: Int { jobs ?? Self.usualJobs }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        var faults = words.compactMap(Self.fault)
        for (name, _) in words where words.count(where: { $0.name == name }) > 1 {
            let sentence = "`slurm` gives \(name) more than once: give it once"
            if !faults.contains(sentence) { faults.append(sentence) }
        }
        if let jobs, jobs < 1 { faults.append("`jobs` must be at least 1, and \(jobs) is given") }
        if let time = self["time"], seconds == nil {
            faults.append("`slurm` time=\(time) is no time: give minutes or hours:minutes:seconds")
        }
        if let seconds, seconds < Self.leastSeconds, self["signal"] == nil {
            faults.append(
                "`slurm` time=\(self["time"] ?? "") is too short, as workers are asked to end \(Self.warning) s "
                    + "before: give at least \(Self.leastSeconds / 60) minutes")
        }
        if let memory = self["mem"], self.memory == nil {
            faults.append("`slurm` mem=\(memory) is no amount of memory: give it as 24G")
        }
        return faults
    }

    private static func fault(_ word: (name: String, value: String?)) -> String? {
        let name = word.name
        if name.hasPrefix("-") {
            return "`slurm` takes options of sbatch without dashes: give partition=gpu, not \(name)"
        }
        if name.isEmpty || !name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }) {
            return "`slurm` has a word that names no option of sbatch: '\(name.printable)'"
        }
        return reserved.contains(name)
            ? "`slurm` may not give \(name), which segnas3d sets itself: leave it out" : nil
    }

    /// The options that make a job a worker of a search.
    private static let reserved: Set = [
        "array", "chdir", "dependency", "error", "input", "job-name", "no-requeue", "nodes",
        "ntasks", "open-mode", "output", "parsable", "quiet", "requeue", "test-only", "wait",
        "wrap",
    ]

    // MARK: - What they say

    /// Seconds before the end of its time at which a worker is asked to end.
    static let warning = 60
    private static let leastSeconds: Double = 180

    private var words: [(name: String, value: String?)] {
        resources.split(whereSeparator: \.isWhitespace).map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
        }
    }

    /// The value of an option; empty for one without a value, nil for one that is not given.
    subscript(name: String) -> String? {
        words.first { $0.name == name }.map { $0.value ?? "" }
    }

    /// The options as arguments of sbatch.
    var arguments: [String] {
        words.map { "--\($0.name)" + ($0.value.map { "=\($0)" } ?? "") }
    }

    /// The cores of a job; nil if not given.
    public var cores: Int? { self["cpus-per-task"].flatMap { Int($0) } }

    /// The memory of a job; nil if not given as such.
    public var memory: ByteCount? {
        guard let text = self["mem"], let last = text.last else { return nil }
        return ByteCount(parsing: last.isNumber ? text + "M" : text)
    }

    /// True if any option sets the memory of a job.
    var givesMemory: Bool { ["mem", "mem-per-cpu", "mem-per-gpu"].contains { self[$0] != nil } }

    /// The time of a job in seconds; nil if not given.
    public var seconds: Double? { self["time"].flatMap(SlurmTime.seconds) }

    /// The folder for copies of prepared images in the job of this process; nil if none are wanted.
    public var nodeDisk: String? {
        guard nodeCache == true else { return nil }
        return ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    }

    /// True if a job has a GPU.
    public var hasGPU: Bool {
        ["gpus", "gpus-per-node", "gpus-per-task"].contains { self[$0] != nil }
            || self["gres"].map { $0.split(separator: ",").contains { $0.hasPrefix("gpu") } }
                == true
    }
}

/// Times as Slurm writes them.
enum SlurmTime {
    /// Reads `90` (minutes), `90:00`, `4:00:00`, `1-12`, `1-12:00` and `1-12:00:00`; nil for anything else, such as
    /// `infinite`.
    static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let fields = (parts.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
            .compactMap { UInt32($0) }.map(Double.init)
        let isWhole =
            fields.count
            == parts.last?.split(separator: ":", omittingEmptySubsequences: false).count
        guard isWhole, (1...3).contains(fields.count), parts.count <= 2 else { return nil }
        if parts.count == 2 {
            guard let days = UInt32(parts[0]) else { return nil }
            return zip(fields, [3600, 60, 1]).reduce(Double(days) * 86_400) { $0 + $1.0 * $1.1 }
        }
        let units: [Double] = fields.count == 3 ? [3600, 60, 1] : [60, 1]
        return zip(fields, units).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Writes seconds as whole minutes, rounded up.
    static func text(_ seconds: Double) -> String { "\(Int((seconds / 60).rounded(.up)))" }
}
