import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Evaluation")
struct EvaluationTests {
    /// The output of Fixtures/evaluation.py.
    struct Expected: Decodable {
        struct Statistics: Decodable {
            let count: Int
            let mean, std, median, low, high: Double
        }
        let files: [String]
        let counts: [[String: Double]]
        let labels: [[String: Statistics]]
        let foreground: [String: Statistics]
    }

    static let table = LabelTable(
        foreground: [.init(name: "Anterior", value: 1), .init(name: "Posterior", value: 2)],
        ignore: 3)

    @Test("real label maps against MONAI and numpy", .enabled(if: RealData.isHere))
    func real() throws {
        let expected: Expected = try fixture("evaluation.json", in: .module)
        let cases = try expected.files.enumerated().map { index, file in
            let labels = try LabelMap(
                contentsOf: RealData.path("Task04_Hippocampus/labelsTr/\(file)"))
            let (reference, prediction) = pair(labels, index)
            return try CaseEvaluation(
                file, reference: reference, prediction: prediction, labels: Self.table)
        }
        var options = EvaluationOptions()
        options.resamples = 20_000
        let evaluation = Evaluation(cases, labels: Self.table, options: options)
        for (statistics, expected) in zip(evaluation.labelStatistics, expected.labels) {
            expect(statistics.metrics, expected)
        }
        expect(evaluation.foreground, expected.foreground)
        // Of the counts: hippocampus 11 is missed by none, 5 is made up, 7 and 8 have no second label.
        #expect(evaluation.labelStatistics[0].presence == [.both: 11, .predictionOnly: 1])
        #expect(
            evaluation.labelStatistics[1].presence == [.both: 7, .referenceOnly: 3, .neither: 2])
        let document = try summary(evaluation)
        for (label, counts) in zip(["1", "2"], expected.counts) {
            let mean = try #require(document.mean[label])
            for (name, count) in counts {
                let ours = try #require(mean[name] ?? nil)
                #expect(abs(ours - count) < 1e-9, "\(name) of \(label)")
            }
        }
    }

    private func expect(
        _ metrics: [EvaluationMetric: SampleStatistics], _ expected: [String: Expected.Statistics]
    ) {
        for metric in EvaluationMetric.allCases {
            guard let ours = metrics[metric], let theirs = expected[metric.rawValue],
                let std = ours.std, let interval = ours.interval
            else {
                Issue.record("no \(metric.rawValue)")
                continue
            }
            func same(_ ours: Double, _ theirs: Double, _ what: String, _ tolerance: Double = 1e-5)
            {
                #expect(
                    abs(ours - theirs) <= tolerance * max(1, abs(theirs)),
                    "\(what) of \(metric.rawValue): \(ours) instead of \(theirs)")
            }
            #expect(ours.count == theirs.count)
            same(ours.mean, theirs.mean, "mean")
            same(std, theirs.std, "std")
            same(ours.median, theirs.median, "median")
            // Two bootstraps differ by chance.
            let width = theirs.high - theirs.low
            #expect(abs(interval.low - theirs.low) < 0.05 * width, "low of \(metric.rawValue)")
            #expect(abs(interval.high - theirs.high) < 0.05 * width, "high of \(metric.rawValue)")
        }
    }

    /// The label maps of `pair` in Fixtures/evaluation.py.
    private func pair(_ labels: LabelMap, _ index: Int) -> (LabelMap, LabelMap) {
        let shifts: [SIMD3<Int>] = [[1, 0, 0], [0, -2, 1], [3, 1, -2], [0, 0, 0]]
        var (reference, prediction) = (labels, labels.rolled(by: shifts[index % 4]))
        if index % 3 == 2 { prediction.replace(2, by: 0) }
        if index == 5 { reference.replace(1, by: 0) }
        if index == 7 || index == 8 {
            reference.replace(2, by: 0)
            prediction.replace(2, by: 0)
        }
        if index % 2 == 1 {
            let slice = labels.geometry.size.x * labels.geometry.size.y
            for voxel in 0..<8 * slice { reference.values[voxel] = 3 }
        }
        return (reference, prediction)
    }

    struct Summary: Decodable {
        let schema: Int
        let mean: [String: [String: Double?]]
        let foregroundMean: [String: Double?]
        let metricPerCase: [Case]
        struct Case: Decodable {
            let metrics: [String: [String: Double?]]
        }
    }

    private func summary(_ evaluation: Evaluation) throws -> Summary {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Summary.self, from: JSONEncoder().encode(evaluation))
    }

    @Test("a label that is nowhere has keys of JSON without values, and enters no mean")
    func absent() throws {
        let map = LabelMap(
            values: [0, 1, 1, 0], geometry: Geometry(size: [4, 1, 1], affine: .identity))
        let evaluated = try CaseEvaluation(
            "a", reference: map, prediction: map, labels: Self.table)
        let evaluation = Evaluation([evaluated], labels: Self.table)
        #expect(evaluation.foreground[.dice]?.mean == 1)
        #expect(evaluation.foreground[.dice]?.std == nil)
        #expect(evaluation.labelStatistics[1].metrics.isEmpty)
        let summary = try summary(evaluation)
        let values = try #require(summary.metricPerCase[0].metrics["2"])
        #expect(values["Dice"] == .some(nil) && values["TN"] == 4 && values["HD95"] == .some(nil))
        #expect(summary.mean["2"]?["Dice"] == .some(nil))
        #expect(summary.foregroundMean["Dice"] == 1)
        #expect(summary.foregroundMean["n_ref"] == 1)
    }

    @Test("what is written is read back", arguments: [nil, 1])
    func roundTrip(lesionVolume: Double?) throws {
        let geometry = Geometry(size: [4, 1, 1], affine: .identity)
        let references: [[Int32]] = [[0, 1, 1, 2], [0, 0, 2, 2], [3, 3, 3, 3]]
        var options = EvaluationOptions()
        options.tolerance = 2.5
        options.seed = 7
        options.lesionVolume = lesionVolume
        let cases = try references.enumerated().map {
            index, values in
            try CaseEvaluation(
                "case \(index)", reference: LabelMap(values: values, geometry: geometry),
                prediction: LabelMap(values: [0, 1, 2, 2], geometry: geometry), labels: Self.table,
                options: options)
        }
        let evaluation = Evaluation(cases, labels: Self.table, options: options)
        let data = try JSONEncoder().encode(evaluation)
        #expect(try JSONDecoder().decode(Evaluation.self, from: data) == evaluation)
        #expect(evaluation.cases[2].scores[1]?.trueNegatives == 0)
        guard lesionVolume != nil else { return #expect(evaluation.lesions == nil) }
        // In the last case all is ignored.
        #expect(evaluation.cases[2].lesions == [1: LesionCounts(), 2: LesionCounts()])
        let found = evaluation.lesions?.labels.map { [$0.all.found, $0.all.falsePositives] }
        #expect(found == [[1, 1], [2, 0]] && evaluation.lesions?.foreground.all.reference == 3)
    }

    @Test("without names, all labels that occur are evaluated in all cases")
    func discovered() throws {
        let geometry = Geometry(size: [4, 1, 1], affine: .identity)
        let maps: [[Int32]] = [[0, 5, 5, 0], [0, 0, 0, -2]]
        let cases = try maps.map { values in
            let map = LabelMap(values: values, geometry: geometry)
            return try CaseEvaluation("x", reference: map, prediction: map, labels: nil)
        }
        let evaluation = Evaluation(cases, labels: nil)
        #expect(evaluation.labels.foreground.map(\.name) == ["label_-2", "label_5"])
        #expect(
            evaluation.labelStatistics.map(\.presence) == [
                [.both: 1, .neither: 1], [.both: 1, .neither: 1],
            ])
    }

    @Test("the bootstrap depends on its seed alone")
    func bootstrap() throws {
        let values = (0..<30).map { Double($0 * $0) }
        func interval(seed: UInt64) -> SampleStatistics.Interval? {
            var options = EvaluationOptions()
            options.seed = seed
            return SampleStatistics(values, Bootstrap(options))?.interval
        }
        #expect(interval(seed: 1) == interval(seed: 1))
        #expect(interval(seed: 1) != interval(seed: 2))
    }
}

extension LabelMap {
    fileprivate mutating func replace(_ label: Int32, by other: Int32) {
        for index in values.indices where values[index] == label { values[index] = other }
    }

    /// The array rolled as numpy does.
    fileprivate func rolled(by shift: SIMD3<Int>) -> LabelMap {
        let size = geometry.size
        var result = self
        for index in values.indices {
            let place = SIMD3(index % size.x, index / size.x % size.y, index / size.x / size.y)
            let sum = place &+ shift &+ size
            let target = SIMD3(sum.x % size.x, sum.y % size.y, sum.z % size.z)
            result.values[(target.z * size.y + target.y) * size.x + target.x] = values[index]
        }
        return result
    }
}
