import SegNASHost
import Synchronization
import Testing

@testable import SegNASStudy

@Suite("Slurm: a search that is a job itself")
struct OwnSlurmJobTests {
    private let batch = [
        "SLURM_JOB_ID": "7", "SLURMD_NODENAME": "lab1", "SLURM_JOB_END_TIME": "1000",
    ]

    private func job(
        _ environment: [String: String], allows: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) -> (job: OwnSlurmJob?, commands: () -> [[String]]) {
        let commands = Box()
        let job = OwnSlurmJob(environment: environment) {
            command, _ throws(Command.Failure) in
            let count = commands.list.withLock { list in
                list.append(command.arguments)
                return list.count
            }
            return Command.Output(status: allows(count) ? 0 : 1)
        }
        return (job, { commands.list.withLock { $0 } })
    }

    private final class Box: Sendable {
        let list = Mutex<[[String]]>([])
    }

    @Test("it is that of a batch script, not of a shell on a node or of a step")
    func environments() {
        #expect(job(batch).job != nil)
        #expect(job(["SLURM_JOB_ID": "7"]).job == nil)
        #expect(job(batch.merging(["SLURM_STEP_ID": "0"]) { $1 }).job == nil)
        #expect(job([:]).job == nil)
    }

    @Test("its end is near a minute before, if Slurm says when")
    func ends() {
        #expect(job(batch).job?.nearsEnd(at: 939) == false)
        #expect(job(batch).job?.nearsEnd(at: 941) == true)
        let silent = batch.filter { $0.key != "SLURM_JOB_END_TIME" }
        #expect(job(silent).job?.nearsEnd(at: 1e9) == false)
    }

    @Test("it is run again, also where jobs are not repeated by themselves; a refusal is said")
    func requeue() throws {
        let (plain, commands) = job(batch)
        try plain?.requeue()
        #expect(commands() == [["requeue", "7"]])
        let (once, asked) = job(batch) { $0 > 1 }
        try once?.requeue()
        #expect(asked().map { $0[0] } == ["requeue", "update", "requeue"])
        let (never, _) = job(batch) { _ in false }
        #expect(throws: SlurmError.notRequeued("7")) { try never?.requeue() }
    }
}
