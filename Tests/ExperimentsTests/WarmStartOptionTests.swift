import Foundation
import SegNASDatasets
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import SegNASExperiments

@Suite("Options of warm starts")
struct WarmStartOptionTests {
    private static let plan = StudyPlan(
        version: "0.1.0", space: "segnas4",
        sampler: SamplerPlan(
            method: .model, seed: 1,
            images: SearchedImages(size: [32, 32, 32], channels: 1, classes: 3, batch: 3)),
        budget: .iterations(9))

    /// What was taken over of a study with one network.
    private func earlier(_ name: String, _ study: String) throws -> EarlierStudy {
        let network = Architecture.segnas(
            SegNAS(n: 12, p: 2, sup: false, res: false, block: try BlockGraph([2, 0, 2])))
        return try EarlierStudy(
            named: name, study: study,
            [EarlierTraining(number: 0, network: network, hyperparameters: [:], value: 1)],
            of: .segnas4, for: Self.plan.sampler, in: .segnas4)
    }

    @Test("studies that are gone are known by their names, in any order; others are refused")
    func gone() throws {
        try withTemporaryFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            var begun = Self.plan
            begun.learn(from: [
                try earlier("study", "1"), try earlier("study", "2"), try earlier("old", "3"),
            ])
            func resumed(_ paths: [String]) throws -> StudyPlan {
                var plan = Self.plan
                try plan.settleWarmStart(paths, begun: begun)
                return plan
            }
            let same = [path("old/"), path("a/study"), path("b/../b/study")]
            #expect(try resumed(same).sampler.earlier == begun.sampler.earlier)
            #expect(try resumed([]).sampler.earlier == begun.sampler.earlier)
            for paths in [[path("old")], same + [path("new")], [path("new")]] {
                let difference = StudyError.Difference(
                    name: "`warmStart`", before: "study study old",
                    now: paths.joined(separator: " "))
                #expect(throws: StudyError.planChanged([difference])) { try resumed(paths) }
            }
            begun = Self.plan
            #expect(throws: StudyError.self) { try resumed(same) }
            #expect(try resumed([]).sampler.earlier == nil)
        }
    }

    @Test("they go with a model, and are not many")
    func faults() {
        var options = SearchOptions(
            space: "segnas4", sampling: SamplingOptions(method: .model),
            conditions: TrainingConditions(
                data: DataOptions(
                    dataset: "/d", preparation: PreparationOptions(size: [32, 32, 32]))),
            warmStart: ["/a"])
        #expect(options.faults.isEmpty)
        options.warmStart = (0..<11).map { "/\($0)" }
        #expect(options.faults == ["`warmStart` takes at most 10 studies, and 11 are given"])
        (options.warmStart, options.sampling.method) = (["/a"], .random)
        #expect(options.faults.count == 1)
        #expect(options.faults[0].hasPrefix("`warmStart` goes with `sampler` model"))
    }
}
