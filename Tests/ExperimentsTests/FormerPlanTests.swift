import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import SegNASSegmentation
import SegNASStudy
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASExperiments

/// Plans that version 0.1.0 wrote when options were kept by their flags: schema 1.
@Suite("Plans of schema 1")
struct FormerPlanTests {
    /// Calls a body with a folder that holds a plan, and the images of a study.
    private func withPlan(_ name: String, _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let fixtures = try #require(
                Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            for (file, copy) in [(name, "plan.json"), ("dataset.json", "dataset.json")] {
                try FileManager.default.copyItem(
                    at: fixtures.appending(path: file), to: folder.appending(path: copy))
            }
            try body(folder.path)
        }
    }

    @Test("a study's options")
    func study() throws {
        try withPlan("study.json") { path in
            let options = try #require(try SearchOptions(ofStudy: path))
            #expect(options.space.hasPrefix("schema: 1\nn: [2, 5]\n"))
            #expect(options.sampling == SamplingOptions(population: 6, budget: .iterations(14)))
            let conditions = options.conditions
            #expect(conditions.data.dataset == "data" && conditions.data.keepsSplit)
            #expect(conditions.data.preparation == PreparationOptions(size: [16, 16, 16]))
            #expect(conditions.data.split == SplitOptions() && conditions.data.allowed.isEmpty)
            var training = TrainingOptions()
            (training.epochs, training.precision, training.seed) = (2, .bfloat16, 3)
            #expect(conditions.training == training)
            #expect(conditions.machine == MachineOptions(device: "cpu"))
            #expect(conditions.finalEpochs == nil && options.faults.isEmpty)
            let plan = try StudyPlan(in: StudyFolder(path))
            let recorded = try RecordedConditions(plan, in: StudyFolder(path))
            #expect(recorded.memoryLimit.bytes == 1 << 30)
        }
    }

    @Test("a run's options")
    func run() throws {
        try withPlan("run.json") { path in
            let options = try #require(RunOptions(ofRun: path))
            #expect(options.data.dataset == "data" && options.data.split == SplitOptions())
            #expect(options.training.epochs == 4000 && options.training.batchSize == 2)
            #expect(options.training.augmentation?.mirroring?.probabilities == [0.5, 0, 0.5])
            #expect(options.training.augmentation?.noise != nil)
            #expect(options.network.json.contains("\"n\":3") || !options.network.json.isEmpty)
            #expect(options.machine == MachineOptions(device: "cpu") && options.faults.isEmpty)
        }
    }

    @Test("a comparison's options; its plan does not say what was compared")
    func comparison() throws {
        try withPlan("comparison.json") { path in
            let usual = [ComparedMethod(named: "vnet", .training(.vnet))]
            let options = try #require(
                try ComparisonOptions(ofComparison: path, methods: usual))
            #expect(options.methods == usual && options.splits == 3)
            #expect(options.sampling == SamplingOptions(population: 6, budget: .iterations(8)))
            #expect(options.conditions.finalEpochs == 3 && options.conditions.training.seed == 3)
            #expect(options.conditions.data.preparation == PreparationOptions(size: [16, 16, 16]))
        }
    }

    @Test(
        "what runs say of their splits",
        arguments: [
            ("50/20/30", "50/20/30", 0, SplitGroups?.none),
            ("a file --split-index 2", "a file", 2, nil),
            ("60/20/20 --split-index 1 --groups ^(.)", "60/20/20", 1, .pattern("^(.)")),
            ("60/20/20 --groups a table:who", "60/20/20", 0, .table(path: "", column: "who")),
        ])
    func splits(_ text: String, _ plan: String, _ index: Int, _ groups: SplitGroups?) {
        let split = SplitOptions(recordedInRun: text)
        #expect("\(split.plan)" == plan && split.index == index && split.groups == groups)
        #expect(split.text == text)
    }
}
