import Foundation
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Resumed training runs")
struct ResumeTests {
    @Test(
        "ended after any batch and resumed, it ends with the same bytes, and logs no epoch twice",
        arguments: [Precision.float32, .bfloat16])
    func ended(_ precision: Precision) throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.precision = precision
            scene.options.weightAveraging = 0.9
            try scene.train("whole")
            var ends = 0
            for attempt in 0... {
                var asked = 0
                do {
                    // Later each time: in preparation, between batches, in validation.
                    _ = try scene.trainer(isEndRequested: {
                        asked += 1
                        return asked > 1 + attempt
                    }).train()
                    break
                } catch TrainingError.interrupted {
                    ends += 1
                }
            }
            #expect(ends >= 4)
            #expect(try scene.weights() == scene.weights("whole"))
            let log = try String(contentsOfFile: scene.path("run/log.jsonl"), encoding: .utf8)
            #expect(log.split(separator: "\n").count == 4)
        }
    }

    @Test(
        "long epochs have checkpoints within, from which a killed run resumes to the same end"
    )
    func longEpochs() throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            let batches = 2
            // With one after every batch, that of an epoch's last batch stands before that of the epoch.
            let inEpoch = 2 * (batches + 1) + 1
            _ = try scene.trainer(
                checkpoints: .eachBatch,
                report: { event in
                    guard case .saved(checkpoint: inEpoch) = event else { return }
                    try? FileManager.default.copyItem(
                        atPath: scene.path("run"), toPath: scene.path("killed"))
                }
            ).train()
            #expect(
                try scene.names("killed/checkpoints").filter { $0.hasSuffix(".json") }
                    == ["000006.json", "000007.json"])
            var resumed: [Int] = []
            _ = try scene.trainer(
                "killed",
                report: { event in
                    guard case .resuming(let epochs, let batches) = event else { return }
                    resumed = [epochs, batches]
                }
            ).train()
            #expect(resumed == [2, 1])
            #expect(try scene.weights() == scene.weights("whole"))
            #expect(try scene.weights("killed") == scene.weights("whole"))
        }
    }

    @Test("a checkpoint costs at most 2 % of the time, within an epoch after ten minutes at least")
    func pace() {
        let pace = CheckpointPace()
        for (seconds, cost, isEpochEnd, isDue) in [
            (49.9, 1.0, true, false), (50.1, 1, true, true), (0.06, 0.001, true, true),
            (50.1, 1, false, false), (599, 1, false, false), (601, 1, false, true),
            (601, 20, false, false), (601, 20, true, false), (1001, 20, false, true),
        ] {
            #expect(
                pace.isDue(
                    after: .seconds(seconds), cost: .seconds(cost), isEpochEnd: isEpochEnd)
                    == isDue, "\(seconds) s after one that took \(cost) s")
        }
    }

    @Test("epochs without a checkpoint of their own are trained again to the same end")
    func rareCheckpoints() throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            _ = try scene.trainer(
                checkpoints: .lastEpoch,
                report: { event in
                    guard case .epoch(let record, _) = event, record.epoch == 3 else { return }
                    try? FileManager.default.copyItem(
                        atPath: scene.path("run"), toPath: scene.path("killed"))
                }
            ).train()
            #expect(!FileManager.default.fileExists(atPath: scene.path("killed/checkpoints")))
            #expect(try scene.weights() == scene.weights("whole"))
            try scene.train("killed")
            #expect(try scene.weights("killed") == scene.weights("whole"))
            let log = try String(contentsOfFile: scene.path("killed/log.jsonl"), encoding: .utf8)
            #expect(log.split(separator: "\n").count == 4)
        }
    }

    @Test("an end that was asked for leaves a checkpoint, with the best weights that had none yet")
    func endedBetweenCheckpoints() throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            var epochs = 0
            let stopped = try scene.trainer(
                checkpoints: .lastEpoch, isEndRequested: { epochs == 3 },
                report: { if case .epoch = $0 { epochs += 1 } })
            #expect(throws: TrainingError.interrupted(run: scene.path("run"))) {
                try stopped.train()
            }
            #expect(
                try scene.names("run/checkpoints")
                    == ["000001.json", "000001.safetensors", "best-000001.safetensors"])
            var resumed: [[Int]] = []
            _ = try scene.trainer(report: { event in
                if case .resuming(let epochs, let batches) = event {
                    resumed.append([epochs, batches])
                }
            }).train()
            #expect(resumed == [[3, 0]])
            #expect(try scene.weights() == scene.weights("whole"))
        }
    }

    @Test(
        "a damaged checkpoint is reported, and the one before it used",
        arguments: ["000003.safetensors", "000003.json"])
    func damaged(_ name: String) throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            try Self.end(scene, afterEpochs: 2)
            #expect(try scene.names("run/checkpoints").filter { $0.hasSuffix(".json") }.count == 2)
            let file = URL(filePath: scene.path("run/checkpoints/\(name)"))
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            bytes.removeLast(name.hasSuffix("json") ? 20 : 0)
            try bytes.write(to: file)
            var reported: [String] = []
            var resumed: [[Int]] = []
            _ = try scene.trainer(report: { event in
                if case .damagedCheckpoint(let file, _) = event { reported.append(file) }
                if case .resuming(let epochs, let batches) = event {
                    resumed.append([epochs, batches])
                }
            }).train()
            #expect(reported == [scene.path("run/checkpoints/000003.json")])
            #expect(resumed == [[2, 0]])
            #expect(try scene.weights() == scene.weights("whole"))
        }
    }

    @Test("if the weights of the best epoch are damaged, training continues without them")
    func damagedBest() throws {
        try TrainingScene.with { scene in
            try Self.end(scene, afterEpochs: 3)
            let best = try #require(
                scene.names("run/checkpoints").first { $0.hasPrefix("best-") })
            let file = URL(filePath: scene.path("run/checkpoints/\(best)"))
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            var remarks: [String] = []
            var resumed: [[Int]] = []
            let result = try scene.trainer(report: { event in
                if case .remark(let words) = event { remarks.append(words) }
                if case .resuming(let epochs, let batches) = event {
                    resumed.append([epochs, batches])
                }
            }).train()
            #expect(remarks.count == 1 && remarks[0].contains("best epoch so far, 3, are damaged"))
            #expect(resumed == [[3, 1]])
            #expect(result.epochs.count == 4 && result.chosenEpoch == 4)
        }
    }

    @Test("a complete run stays complete without its checkpoint, and not without its weights")
    func finished() throws {
        try TrainingScene.with { scene in
            var scene = scene
            let first = try scene.train()
            let weights = try scene.weights()
            func again() throws -> Bool {
                var isComplete = false
                let result = try scene.trainer(report: {
                    if case .alreadyComplete = $0 { isComplete = true }
                }).train()
                #expect(result.epochs == first.epochs)
                #expect(result.chosenEpoch == first.chosenEpoch)
                #expect(try scene.weights() == weights)
                return isComplete
            }
            try FileManager.default.removeItem(
                atPath: scene.path("run/model/weights.safetensors"))
            #expect(try !again())
            #expect(try again())
            try FileManager.default.removeItem(atPath: scene.path("run/checkpoints"))
            #expect(try again())
            scene.options.epochs = 8
            #expect {
                try scene.train()
            } throws: { error in
                "\(error)".contains("is damaged or was removed: give `epochs` 4, or another")
            }
            #expect(try scene.weights() == weights)
        }
    }

    /// Ends a run after the first batch that follows a number of epochs.
    private static func end(_ scene: TrainingScene, afterEpochs count: Int) throws {
        var (epochs, batches) = (0, 0)
        let stopped = try scene.trainer(
            isEndRequested: { epochs == count && batches > 0 },
            report: { event in
                if case .step = event { batches += 1 }
                if case .epoch = event { (epochs, batches) = (epochs + 1, 0) }
            })
        #expect(throws: TrainingError.interrupted(run: scene.path("run"))) {
            try stopped.train()
        }
    }

    @Test("a complete run says so; more epochs resume as if asked for at first, or are refused")
    func more() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 2
            let first = try scene.train()
            var isComplete = false
            let again = try scene.trainer(report: {
                if case .alreadyComplete = $0 { isComplete = true }
            }).train()
            #expect(isComplete && again.epochs == first.epochs)
            scene.options.epochs = 4
            try scene.train()
            try scene.train("whole")
            #expect(try scene.weights() == scene.weights("whole"))
            scene.options.epochs = 3
            #expect(throws: TrainingError.self) { try scene.train() }
        }
    }

    @Test("a schedule that depends on the number of epochs is not gone on with")
    func schedule() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.schedule = .polynomial
            scene.options.epochs = 1
            try Self.end(scene, afterEpochs: 0)
            scene.options.epochs = 2
            #expect {
                try scene.train()
            } throws: { error in
                "\(error)".contains("a polynomial schedule depends on the number of epochs")
            }
        }
    }
}
