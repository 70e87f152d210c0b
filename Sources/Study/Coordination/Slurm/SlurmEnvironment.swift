internal import FoundationEssentials

/// The environment of Slurm's commands, which is also that of the jobs.
///
/// A search that runs in a job itself must not pass on what that job has: its cores, memory and devices are not those
/// of its workers.
enum SlurmEnvironment {
    static var current: [String: String] { of(ProcessInfo.processInfo.environment) }

    static func of(_ environment: [String: String]) -> [String: String] {
        environment.filter { name, _ in
            kept.contains(name) || !dropped.contains { name.hasPrefix($0) }
        }
    }

    /// How Slurm's commands find their cluster.
    private static let kept: Set = ["SLURM_CONF", "SLURM_JWT", "SLURM_CLUSTERS"]
    private static let dropped = [
        "SLURM_", "SLURMD_", "SQUEUE_", "CUDA_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL",
        "OMP_NUM_THREADS", "MKL_NUM_THREADS",
    ]
}
