import SegNASDatasets
import SegNASHost
import SegNASSegmentation
import SegNASStudy
import SegNASTorch
import Testing

@testable import SegNASExperiments

@Suite("Workers of a search")
struct WorkerPoolTests {
    private func conditions(
        workers: Int? = nil, devicesPerTrial: Int? = nil, slurm: SlurmOptions? = nil
    ) -> TrainingConditions {
        var conditions = TrainingConditions(
            data: DataOptions(
                dataset: "data", preparation: PreparationOptions(size: [16, 16, 16])))
        conditions.workers.count = workers
        conditions.workers.devicesPerTrial = devicesPerTrial
        conditions.workers.slurm = slurm
        conditions.machine.threads = 8
        return conditions
    }

    private func order(_ slot: String) -> LaunchOrder {
        LaunchOrder(study: StudyFolder("study"), trial: 1, attempt: 1, slot: slot)
    }

    private let gpus = (0..<4).map { Device.cuda($0) }

    @Test("workers take groups of GPUs in turn, and see these alone, counted from 0")
    func groups() throws {
        let pool = try WorkerPool(
            conditions(workers: 3, devicesPerTrial: 2), devices: gpus, visible: "5, GPU-ab,7 ,9")
        #expect(pool.slots == ["cuda:0,1/0", "cuda:2,3/0", "cuda:0,1/1"])
        #expect(pool.devices == [.cuda(0), .cuda(1)] && pool.threads == 2)
        #expect(pool.environment(of: order("cuda:2,3/0")) == ["CUDA_VISIBLE_DEVICES": "7,9"])
        #expect(pool.isolated(order("cuda:2,3/1")).slot == "cuda:0,1/1")
        let all = try WorkerPool(conditions(), devices: gpus, visible: nil)
        #expect(all.slots == ["cuda:0/0", "cuda:1/0", "cuda:2/0", "cuda:3/0"])
        #expect(all.environment(of: order("cuda:3/0")) == ["CUDA_VISIBLE_DEVICES": "3"])
        let cpu = try WorkerPool(conditions(workers: 2), devices: [.cpu], visible: nil)
        #expect(cpu.slots == ["cpu/0", "cpu/1"])
        #expect(cpu.environment(of: order("cpu/1")).isEmpty)
        #expect(cpu.isolated(order("cpu/1")).slot == "cpu/1")
    }

    @Test("each slice of a GPU has a worker, and a training cannot have several")
    func slices() throws {
        let visible = "MIG-a,MIG-b"
        let pool = try WorkerPool(conditions(), devices: [.cuda(0)], visible: visible)
        #expect(pool.slots == ["cuda:0/0", "cuda:1/0"])
        #expect(pool.environment(of: order("cuda:1/0")) == ["CUDA_VISIBLE_DEVICES": "MIG-b"])
        #expect(pool.isolated(order("cuda:1/0")).slot == "cuda:0/0")
        #expect(throws: OptionFaults.self) {
            try WorkerPool(conditions(devicesPerTrial: 2), devices: [.cuda(0)], visible: visible)
        }
    }

    @Test("the memory of jobs: of the job, of this machine, and of GPUs as it is given")
    func memory() throws {
        func limit(_ resources: String, given: ByteCount? = nil) throws -> ByteCount {
            var conditions = conditions(slurm: SlurmOptions(resources: resources))
            conditions.machine.memoryLimit = given
            return try WorkerPool(conditions, devices: [.cpu], visible: nil)
                .memoryLimit(conditions.machine, begun: nil)
        }
        #expect(try limit("mem=14G") == ByteCount(10 << 30))
        let here = HostResources.current().memory
        #expect(try SlurmLauncher.memory(ofTensors: limit("")).bytes <= here.bytes)
        #expect(try limit("gres=gpu:1 mem=14G", given: ByteCount(70 << 30)) == ByteCount(70 << 30))
        #expect(throws: OptionFaults.self) { try limit("gres=gpu:1 mem=14G") }
    }
}
