import Datasets
import Foundation
import Host
import Imaging
import Search
import TestSupport
import Testing
import Torch

@testable import Segmentation

@TensorActor
@Suite("Training runs")
struct TrainerTests {
    @Test("a run learns, and leaves plan, log, one checkpoint and a model")
    func whole() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 12
            scene.options.learningRate = 0.01
            let result = try scene.train()
            let names = ["checkpoints", "log.jsonl", "model", "plan.json", "test.json"]
            #expect(try scene.names("run") == names)
            #expect(try scene.names("run/checkpoints").filter { $0.hasSuffix(".json") }.count == 1)
            let log = try String(contentsOfFile: scene.path("run/log.jsonl"), encoding: .utf8)
            let records = try log.split(separator: "\n").map {
                try JSONDecoder().decode(EpochRecord.self, from: Data($0.utf8))
            }
            #expect(records == result.epochs && records.map(\.epoch) == Array(1...12))
            #expect(result.chosenEpoch > 6)
            let dice = records.compactMap { $0.validation?.mean }
            #expect(try #require(result.validation?.mean) == dice.dropFirst(6).max())
            #expect(try #require(dice.max()) > dice[0] + 0.2, "\(dice)")
            #expect(try #require(records.last).loss < records[0].loss - 0.1)
            let test = try #require(result.test)
            #expect(test.cases.count == 2 && test.labels.foreground.count == 2)
            #expect(try #require(test.foreground[.dice]).mean > 0.3)
            let model = try Model(contentsOf: result.model)
            #expect(try model.description.architecture == TrainingScene.network())
            for file in ["model.json", "training.json"] {
                let text = try String(contentsOfFile: "\(result.model)/\(file)", encoding: .utf8)
                #expect(!text.contains(scene.folder) && !text.contains("phantom0"))
            }
        }
    }

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
        "long epochs have checkpoints of their own, from which a killed run goes on to the same end"
    )
    func longEpochs() throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            let batches = 2
            // With one after every batch, that of an epoch's last batch stands before that of the epoch.
            let inEpoch = 2 * (batches + 1) + 1
            _ = try scene.trainer(
                checkpointInterval: .zero,
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

    @Test(
        "a damaged checkpoint is told of, and the one before it taken",
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
            var told: [String] = []
            var resumed: [[Int]] = []
            _ = try scene.trainer(report: { event in
                if case .damagedCheckpoint(let file, _) = event { told.append(file) }
                if case .resuming(let epochs, let batches) = event {
                    resumed.append([epochs, batches])
                }
            }).train()
            #expect(told == [scene.path("run/checkpoints/000003.json")])
            #expect(resumed == [[2, 0]])
            #expect(try scene.weights() == scene.weights("whole"))
        }
    }

    @Test("where the weights of the best epoch are damaged, training goes on without them")
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
                "\(error)".contains("is damaged or was removed: give --epochs 4, or another")
            }
            #expect(try scene.weights() == weights)
        }
    }

    @Test("label maps less than half a voxel off are trained with, and judged")
    func shifted() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 1
            let expected = try scene.train("straight")
            for number in 0..<8 {
                let file = scene.path("data/labelsTr/phantom000\(number).nii.gz")
                let labels = try Volume(contentsOf: file)
                var geometry = labels.geometry
                geometry.affine.origin.x += 0.4 * geometry.spacing.x
                try Volume(labels.samples, geometry: geometry).write(to: file, replacing: true)
            }
            let result = try scene.train()
            #expect(result.test?.foreground[.dice] == expected.test?.foreground[.dice])
        }
    }

    @Test("voxels to ignore enter neither validation nor the weights of labels")
    func ignored() throws {
        try TrainingScene.with { scene in
            let description = scene.path("data/dataset.json")
            let text = try String(contentsOfFile: description, encoding: .utf8)
            try text.replacing("\"background\"", with: "\"ignore\": 3, \"background\"").write(
                toFile: description, atomically: true, encoding: .utf8)
            for number in 0..<8 {
                let file = scene.path("data/labelsTr/phantom000\(number).nii.gz")
                let labels = try Volume(contentsOf: file)
                var values = labels.samples.withValues(as: UInt8.self) { Array($0) }
                for voxel in 0..<values.count / 2 { values[voxel] = 3 }
                try Volume(Samples(values), geometry: labels.geometry).write(
                    to: file, replacing: true)
            }
            var scene = scene
            scene.options.epochs = 3
            let prepared = try scene.train()
            scene.options.validationGrid = .original
            let original = try scene.train("original")
            // On the files' grid it is `Imaging` that ignores; phantoms of 16³ need no resampling.
            let pairs = zip(prepared.epochs, original.epochs).map {
                ($0.validation?.mean ?? 0, $1.validation?.mean ?? 0)
            }
            #expect(pairs.allSatisfy { abs($0 - $1) < 0.02 && $0 > 0.05 }, "\(pairs)")
        }
    }

    /// Ends a run after the first batch that follows so many epochs.
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

    @Test("a complete run says so; more epochs go on as if asked for at once, or are refused")
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

    @Test("validation on the original grid is that of the files, and near that on the prepared one")
    func original() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 2
            let prepared = try scene.train()
            scene.options.validationGrid = .original
            let original = try scene.train("original")
            let pairs = zip(prepared.epochs, original.epochs).map {
                ($0.validation?.mean ?? 0, $1.validation?.mean ?? 0)
            }
            // Phantoms of 16³ need no resampling: the grids are the same but for their order.
            #expect(pairs.allSatisfy { abs($0 - $1) < 0.02 }, "\(pairs)")
            #expect(pairs.allSatisfy { $0.0 > 0.05 }, "\(pairs)")
        }
    }

    @Test("every loss, optimizer and schedule trains", arguments: OptimizerChoice.allCases)
    func kinds(_ optimizer: OptimizerChoice) throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.optimizer = optimizer
            scene.options.loss = optimizer == .nadam ? .diceCrossEntropy : .exponentialLogarithmic
            scene.options.schedule = optimizer == .adam ? .cosine : .polynomial
            scene.options.warmUpEpochs = 1
            scene.options.learningRate = 0.01
            let losses = try scene.train().epochs.map(\.loss)
            #expect(losses[3] < losses[0], "\(losses)")
        }
    }

    @Test("a final model of all cases is that of the last epoch")
    func everything() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 3
            let task = try TrainingTask(
                Dataset(contentsOf: scene.path("data"), threads: 1), TrainingScene.network(),
                preparation: PreparationOptions(size: [16, 16, 16]),
                split: SplitOptions(plan: .everything), options: scene.options)
            let result = try Trainer(
                task, run: scene.path("run"),
                on: TrainingMachine(threads: 1, cache: scene.path("cache"))
            ).train()
            #expect(result.chosenEpoch == 3 && result.validation == nil && result.test == nil)
            #expect(try scene.names("run") == ["checkpoints", "log.jsonl", "model", "plan.json"])
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

    @Test("other options are refused, each by its name")
    func otherOptions() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 1
            try scene.train()
            scene.options.batchSize = 2
            scene.options.learningRate = 0.5
            scene.options.augmentation = nil
            #expect {
                try scene.train()
            } throws: { error in
                guard case TrainingError.otherOptions(_, let differences) = error else {
                    return false
                }
                return differences.count == 3
                    && differences[0] == "--batch was 3, and is now 2"
                    && differences[1] == "--learning-rate was 0.001, and is now 0.5"
                    && differences[2].hasPrefix("augmentation was {")
            }
        }
    }

    @Test("a dataset that has changed is refused with what changed")
    func otherDataset() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 1
            try scene.train()
            let labels = scene.path("data/labelsTr/")
            let files = FileManager.default
            try files.removeItem(atPath: labels + "phantom0001.nii.gz")
            try files.copyItem(
                atPath: labels + "phantom0002.nii.gz", toPath: labels + "phantom0001.nii.gz")
            #expect {
                try scene.train()
            } throws: { error in
                guard case TrainingError.otherDataset(_, let changes) = error else { return false }
                return changes == ["images or label maps have other contents: phantom0001"]
            }
        }
    }

    @Test("a folder with other things is left alone, and a run that is being trained")
    func refused() throws {
        try TrainingScene.with { scene in
            try FileManager.default.createDirectory(
                atPath: scene.path("run"), withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: scene.path("run/thesis.tex")))
            #expect(throws: TrainingError.occupied(run: scene.path("run"))) { try scene.train() }
            #expect(try scene.names("run") == ["thesis.tex"])
            let file = scene.path("run/thesis.tex")
            #expect(throws: TrainingError.noFolder(run: file, reason: "File exists")) {
                try scene.train("run/thesis.tex/")
            }
            let held = try RunFolder(scene.path("held"))
            #expect {
                try scene.train("held")
            } throws: { error in
                "\(error)".hasPrefix("\(held.path) is being trained by process \(getpid()) on ")
            }
        }
    }

    @Test("a loss that is no finite number ends the run with the epoch and the cases")
    func notFinite() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.learningRate = 1e30
            #expect {
                try scene.train()
            } throws: { error in
                guard case TrainingError.notFinite(_, let epoch, let cases, _, let last) = error
                else { return false }
                return epoch == 1 && !cases.isEmpty && cases.allSatisfy { $0.hasPrefix("phantom") }
                    && last == nil
            }
        }
    }

    @Test("what cannot fit is refused before anything is written, with what would fit")
    func memory() throws {
        try TrainingScene.with { scene in
            let plan = try NetworkPlan(TrainingScene.network(), channels: 1, classes: 3)
            let need = try MemoryPrediction(
                plan, size: 16, batch: 3, dtype: .float32
            ).training
            TensorMemory.setBudget(.init(need.bytes / 2))
            defer { TensorMemory.setBudget(nil) }
            #expect {
                try scene.train()
            } throws: { error in
                guard case TrainingError.outOfMemory(let shortage) = error else { return false }
                return shortage.predicted == need && shortage.available?.bytes == need.bytes / 2
                    && shortage.suggestion.hasPrefix("With --accumulate 3 it would need ")
            }
            #expect(!FileManager.default.fileExists(atPath: scene.path("run")))
        }
    }

    @Test("a full disk ends a run where it can be resumed")
    func fullDisk() async throws {
        await #expect(processExitsWith: .success) {
            try await TensorActor.run { try Self.runOutOfSpace() }
        }
    }

    /// With a limit for files in place of a small disk.
    private static func runOutOfSpace() throws {
        try TrainingScene.with { scene in
            try scene.train("whole")
            signal(SIGXFSZ, SIG_IGN)
            let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            var limit = rlimit()
            getrlimit(resource, &limit)
            var small = limit
            small.rlim_cur = 30_000
            setrlimit(resource, &small)
            do {
                try scene.train()
                exit(7)
            } catch TrainingError.unwritable(let file, _) {
                guard file.hasSuffix("checkpoints/000001.safetensors") else { exit(8) }
            }
            setrlimit(resource, &limit)
            try scene.train()
            guard try scene.weights() == scene.weights("whole") else { exit(9) }
        }
    }
}
