import Foundation
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASRandomness
import SegNASSearch
import SegNASStudy
import TestSupport

/// Studies whose trials end as a formula says, made through a real ledger.
enum SyntheticStudy {
    /// A study in a folder, with the first `asked` of its trials; the last of these still runs if they are not all.
    static func make(
        in folder: URL, iterations: Int, asked: Int? = nil, epochs: Int = 6, seed: UInt64 = 5,
        method: SamplerPlan.Method = .random, space: String = "segnas11", rungs: [Int]? = nil
    ) throws -> StudyLedger {
        let images = SearchedImages(size: [32, 32, 32], channels: 1, classes: 3, batch: 3)
        var plan = StudyPlan(
            version: "0.1.0", space: space,
            sampler: SamplerPlan(method: method, seed: seed, images: images),
            budget: .iterations(iterations))
        plan.attempts = 1
        plan.rungs = rungs
        let ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
        for number in 0..<(asked ?? iterations * (rungs?.count ?? 1)) {
            guard let trial = try ledger.ask(check), trial.state == .queued else { continue }
            let attempt = try ledger.begin(trial.number, slot: "cpu/0")
            if let asked, number == asked - 1 { break }
            if number % 37 == 36 {
                _ = try ledger.end(attempt, AttemptEnd(.crashed, lastLines: secretPath))
                _ = try ledger.reportFailures()
            } else {
                let records = curve(
                    of: trial, epochs: ledger.stage(of: trial.number) ?? epochs)
                let best = records.map(\.dice).max() ?? 0
                _ = try ledger.finish(attempt, .completed(dice: best), epochs: records)
            }
        }
        return ledger
    }

    /// A space with names, and with settings that have a value with some of them alone.
    static let conditionalSpace = """
        base: segnas4
        loss: [exponential-logarithmic, dice-cross-entropy]
        learning_rate: {from: 1e-4, to: 1e-2, scale: log, when: {loss: dice-cross-entropy}}
        clip: {from: 1, to: 20, when: {loss: dice-cross-entropy}}
        warm_up: {values: [0, 4], when: {loss: dice-cross-entropy}}
        """

    /// Nothing of these may be in a page.
    static let secretPath = "/home/radiology/scans"
    static let secretCase = "Mustermann_1970"

    static func check(_ candidate: Candidate) -> Feasibility {
        let network = candidate.network
        let cost = TrialCost(
            parameters: network.n * network.n * 1000 << network.p,
            memory: ByteCount(network.n * network.n << 22))
        if network.n > 28 {
            return .tooLarge(
                MemoryShortage(
                    .predicted, needed: ByteCount(20 << 30), limit: ByteCount(16 << 30)), cost)
        }
        return .train(cost)
    }

    private static func curve(of trial: Trial, epochs: Int) -> [TrialEpoch] {
        guard case .segnas(let network) = trial.architecture else { return [] }
        var generator = SeededGenerator(seed: UInt64(trial.number))
        let size = (Double(network.n) - 20) / 12
        let best = 0.85 - 0.2 * size * size - (network.res ? 0 : 0.15)
        return (1...epochs).map { epoch in
            let dice = (best * (1 - 0.8 / Double(epoch)) + 0.01 * generator.normal())
            let mean = min(1, max(0, dice))
            return TrialEpoch(
                epoch: epoch, loss: 1 / Double(epoch) + generator.uniform(in: 0...0.05), dice: mean,
                dicePerLabel: ["1": min(1, mean * 1.1), "2": mean * 0.9], seconds: 12)
        }
    }

    // MARK: - What surrounds it

    static let labels = LabelTable(foreground: [
        .init(name: "anterior </script><b>", value: 1), .init(name: "posterior", value: 2),
    ])

    /// How a model did on four cases: shifted boxes of two labels.
    static func evaluation() throws -> Evaluation {
        let cases = try (0..<4).map { index in
            try CaseEvaluation(
                "\(secretCase)_\(index)", reference: boxes(shift: 0),
                prediction: boxes(shift: [1, 0, 3, 2][index]), labels: labels)
        }
        return Evaluation(cases, labels: labels)
    }

    /// Two boxes of 6×6×6 voxels of 1×1×2 mm.
    private static func boxes(shift: Int) -> LabelMap {
        let geometry = Geometry(size: [24, 12, 12], affine: Affine(spacing: [1, 1, 2]))
        var values = [Int32](repeating: 0, count: geometry.voxelCount)
        for z in 3..<9 {
            for y in 3..<9 {
                for x in 3..<9 {
                    values[x + shift + 24 * (y + 12 * z)] = 1
                    // Of the second, a slice is lost with every step of the shift.
                    if x + shift < 9 { values[x + 10 + 24 * (y + 12 * z)] = 2 }
                }
            }
        }
        return LabelMap(values: values, geometry: geometry)
    }
}
