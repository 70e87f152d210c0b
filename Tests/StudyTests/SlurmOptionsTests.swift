import SegNASHost
import Testing

@testable import SegNASStudy

@Suite("Options for jobs of Slurm")
struct SlurmOptionsTests {
    @Test("options of sbatch are passed on, and say what a job has")
    func reading() {
        let options = SlurmOptions(
            resources: "partition=gpu  gres=gpu:a100:1 time=1-4 mem=24G cpus-per-task=8 exclusive")
        #expect(options.faults.isEmpty)
        #expect(
            options.arguments == [
                "--partition=gpu", "--gres=gpu:a100:1", "--time=1-4", "--mem=24G",
                "--cpus-per-task=8", "--exclusive",
            ])
        #expect(options.hasGPU && options.cores == 8 && options.seconds == 28 * 3600)
        #expect(options.memory == ByteCount(24 << 30) && options.givesMemory)
        #expect(SlurmOptions(resources: "mem=500").memory == ByteCount(500 << 20))
        let plain = SlurmOptions()
        #expect(!plain.hasGPU && plain.cores == nil && plain.seconds == nil && !plain.givesMemory)
        #expect(plain.jobCount == 4 && SlurmOptions(jobs: 9).jobCount == 9)
        #expect(!SlurmOptions(resources: "gres=shard:2").hasGPU)
        #expect(SlurmOptions(resources: "gpus-per-node=1").hasGPU)
    }

    @Test(
        "what cannot work is refused, each fault with its remedy",
        arguments: [
            ("--partition=gpu", "`slurm` takes options of sbatch without dashes"),
            ("-p gpu", "`slurm` takes options of sbatch without dashes"),
            ("array=1-4", "`slurm` may not give array"),
            ("output=/x", "`slurm` may not give output"),
            ("nodes=2", "`slurm` may not give nodes"),
            ("a=1 a=2", "`slurm` gives a more than once"),
            ("=3", "`slurm` has a word that names no option"),
            ("time=soon", "`slurm` time=soon is no time"),
            ("time=2", "`slurm` time=2 is too short"),
            ("mem=lots", "`slurm` mem=lots is no amount of memory"),
        ])
    func faults(_ resources: String, _ beginning: String) {
        let faults = SlurmOptions(resources: resources).faults
        #expect(faults.contains { $0.hasPrefix(beginning) }, "\(faults)")
    }

    @Test("the user's own warning allows a short time; a number of jobs is positive")
    func others() {
        #expect(SlurmOptions(resources: "time=1 signal=B:USR1@30").faults.isEmpty)
        #expect(SlurmOptions(jobs: 0).faults == ["`jobs` must be at least 1, and 0 is given"])
    }

    @Test(
        "times as Slurm writes them",
        arguments: [
            ("90", 5400.0), ("90:30", 5430), ("4:00:00", 14_400), ("1-12", 129_600),
            ("1-12:30", 131_400), ("2-00:00:10", 172_810), ("infinite", nil), ("", nil),
            ("1:2:3:4", nil), ("x-1", nil), ("1-", nil), ("-5", nil), ("1:x", nil),
        ])
    func times(_ text: String, _ seconds: Double?) {
        #expect(SlurmTime.seconds(text) == seconds)
    }

    @Test(
        "copies on nodes are asked for by the options that a study keeps; earlier ones ask for none"
    )
    func copies() throws {
        var options = SlurmOptions(jobs: 2)
        options.nodeCache = true
        let kept = try JSONDocument.parse(
            JSONDocument.text(of: options, .line), as: SlurmOptions.self)
        #expect(kept == options && kept.nodeDisk?.hasPrefix("/") == true)
        let earlier = try JSONDocument.parse(
            #"{"resources": "time=60", "jobs": 2}"#, as: SlurmOptions.self)
        #expect(earlier == SlurmOptions(resources: "time=60", jobs: 2) && earlier.nodeDisk == nil)
    }

    @Test("what a search's own job has is not passed on to its workers")
    func environment() {
        let kept = SlurmEnvironment.of([
            "PATH": "/bin", "LIBTORCH": "/t", "SLURM_CONF": "/c", "SLURM_CPUS_PER_TASK": "8",
            "SLURM_JOB_ID": "1", "CUDA_VISIBLE_DEVICES": "3", "OMP_NUM_THREADS": "2",
            "SBATCH_ACCOUNT": "lab",
        ])
        #expect(kept.keys.sorted() == ["LIBTORCH", "PATH", "SBATCH_ACCOUNT", "SLURM_CONF"])
    }
}
