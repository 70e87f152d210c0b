import Foundation
import SegNASDatasets
import SegNASHost
import SegNASReport
import SegNASSearch
import SegNASSegmentation
import SegNASStudy
import SegNASTorch
import Testing

@testable import SegNASExperiments

@Suite("Options")
struct OptionTests {
    private static let plain = SearchOptions(
        space: "segnas4",
        conditions: TrainingConditions(
            data: DataOptions(
                dataset: "/d", preparation: PreparationOptions(size: [48, 64, 32]))))

    private func recorded(
        _ options: SearchOptions, device: Device = .cpu, limit: Int = 1 << 30
    ) -> RecordedConditions {
        RecordedConditions(options.conditions, on: device, memoryLimit: ByteCount(limit))
    }

    @Test("what a plan keeps is what was asked for, and names no file of splits and groups")
    func kept() throws {
        var options = Self.plain
        options.conditions.data.split = SplitOptions(
            plan: .file("/home/smith/split.json"), index: 2,
            groups: .table(path: "/home/smith/t.csv", column: "patient"))
        options.conditions.data.allowed = [.duplicate, .constant]
        options.conditions.training.augmentation = nil
        options.conditions.training.seed = .max
        options.conditions.training.learningRate = 0.1 + 0.2
        options.conditions.training.precision = .float32
        options.conditions.finalEpochs = 7
        options.conditions.workers = WorkerOptions(count: 2, trialTimeout: 1.5, hangTimeout: 60)
        options.conditions.machine = MachineOptions(
            device: "cpu", threads: 3, memoryLimit: ByteCount(1 << 40), cache: "/c")
        let before = recorded(options)
        let kept = try StudyConditions(before)
        let text = String(decoding: try JSONEncoder().encode(kept), as: UTF8.self)
        #expect(!text.contains("smith"))
        let read: RecordedConditions = try kept.decoded()
        options.conditions.data.split.plan = .file("")
        options.conditions.data.split.groups = .table(path: "", column: "patient")
        options.conditions.data.keepsSplit = true
        #expect(read.asked == options.conditions && read.memoryLimit == before.memoryLimit)
        #expect(before.differences(to: read).isEmpty)
        #expect(TrainingDescription(read).split == "as in a file")
    }

    @Test("a model trains fewer networks by default; options of earlier versions have no limits")
    func sampling() throws {
        #expect(SamplingOptions().budget == .iterations(300))
        #expect(SamplingOptions(method: .random).budget == .iterations(300))
        var model = SamplingOptions(method: .model)
        #expect(model.budget == .effectiveIterations(30) && model.rungs == 2)
        #expect(
            SamplingOptions(method: .model, rungs: 1).budget == .effectiveIterations(46)
                && model.faults.isEmpty)
        model.limits = NetworkLimits(parameters: 0, operations: 5, predictionSeconds: -1)
        model.population = 20
        #expect(
            model.faults == [
                "`maxParameters` must be at least 1, and 0 is given",
                "`maxPredictionTime` must be positive, and -1.0 s is given",
                "`population` is that of controlled random search: a model has none",
            ])
        let former = #"{"attempts": 3, "budget": {"iterations": {"_0": 9}}, "method": "crs"}"#
        let read = try JSONDecoder().decode(SamplingOptions.self, from: Data(former.utf8))
        #expect(read == SamplingOptions(budget: .iterations(9)))
        let again = try JSONDecoder().decode(
            SamplingOptions.self, from: JSONEncoder().encode(model))
        #expect(again == model)
    }

    @Test("what differs is named by its property")
    func differences() {
        var other = Self.plain
        other.conditions.training.epochs = 3
        other.conditions.training.augmentation = nil
        other.conditions.data.preparation = PreparationOptions(size: [48, 64, 64], fit: .pad)
        other.conditions.data.split.index = 1
        // These change no result.
        other.conditions.training.seed = 5
        other.conditions.data.dataset = "/e"
        other.conditions.workers.count = 4
        other.conditions.machine.threads = 9
        other.conditions.finalEpochs = 9
        let differences = recorded(Self.plain).differences(to: recorded(other, limit: 5))
        #expect(
            differences.map(\.name) == [
                "`epochs`", "`augmentation`", "`size`", "`fit`", "`spacing`", "`splitIndex`",
                "`memoryLimit`",
            ])
        #expect("\(differences[0])" == "`epochs`: 100 before, 3 now")
        #expect("\(differences[2])" == "`size`: 48x64x32 before, 48x64x64 now")
    }

    @Test("all faults are reported at once")
    func faults() {
        var options = Self.plain
        #expect(options.faults.isEmpty)
        options.sampling = SamplingOptions(population: 0, budget: .effectiveIterations(0))
        options.conditions.training.epochs = 0
        options.conditions.data.split = SplitOptions(plan: .folds, groups: .pattern("(.)"))
        options.conditions.finalEpochs = 0
        options.conditions.workers.count = -1
        options.conditions.machine.threads = 0
        for name in [
            "effectiveIterations", "population", "epochs", "groups", "finalEpochs", "workers",
            "threads",
        ] {
            #expect(
                options.faults.contains { $0.hasPrefix("`\(name)`") }, "\(name): \(options.faults)")
        }
    }

    @Test("a file that only the plan knows is asked for again where cases are divided again")
    func nameless() {
        var options = Self.plain
        options.conditions.data.split.plan = .file("")
        #expect(options.faults.count == 1)
        options.conditions.data.keepsSplit = true
        #expect(options.faults.isEmpty)
    }

    @Test("methods with one name, none, and more splits than there are")
    func comparison() {
        var options = ComparisonOptions(
            methods: [], splits: 0, conditions: Self.plain.conditions)
        #expect(options.faults.count == 2)
        options.methods = ["vnet", "/a/V-Net.json"].map {
            ComparedMethod(named: $0, .training(.vnet))
        }
        options.splits = 2
        options.conditions.data.split.plan = .everything
        #expect(options.faults.count == 2)
        #expect(options.faults.contains { $0.hasPrefix("two methods are named V-Net") })
    }
}
