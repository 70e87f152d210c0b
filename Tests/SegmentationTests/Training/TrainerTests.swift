import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Training runs")
struct TrainerTests {
    @Test("a run learns, and leaves plan, log, one checkpoint, a picture and a model")
    func whole() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 12
            scene.options.learningRate = 0.01
            let result = try scene.train()
            let names = [
                "checkpoints", "log.jsonl", "model", "plan.json", "preview.png", "test",
                "test.json",
            ]
            #expect(try scene.names("run") == names)
            #expect(try scene.names("run/checkpoints").filter { $0.hasSuffix(".json") }.count == 1)
            let log = try String(contentsOfFile: scene.path("run/log.jsonl"), encoding: .utf8)
            let records = try log.split(separator: "\n").map {
                try JSONDecoder().decode(EpochRecord.self, from: Data($0.utf8))
            }
            #expect(
                records == result.epochs.map(\.withoutCases)
                    && records.map(\.epoch) == Array(1...12))
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
                on: Trainer.Machine(threads: 1, cache: scene.path("cache"))
            ).train()
            #expect(result.chosenEpoch == 3 && result.validation == nil && result.test == nil)
            #expect(try scene.names("run") == ["checkpoints", "log.jsonl", "model", "plan.json"])
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
                    && differences[0] == "`batchSize` was 3, and is now 2"
                    && differences[1] == "`learningRate` was 0.001, and is now 0.5"
                    && differences[2].hasPrefix("`augmentation` was {")
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
            // What a process that was killed has left of its plan is no other thing, and goes.
            try FileManager.default.createDirectory(
                atPath: scene.path("killed"), withIntermediateDirectories: true)
            let unfinished = scene.path("killed/.plan.json.1.partial")
            try Data().write(to: URL(filePath: unfinished))
            _ = try RunFolder(scene.path("killed"))
            #expect(!FileManager.default.fileExists(atPath: unfinished))
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
            let (need, told) = try scene.refusalOfHalf()
            let shortage = try #require(told)
            #expect(shortage.predicted == need && shortage.available?.bytes == need.bytes / 2)
            #expect(shortage.suggestion.hasPrefix("With `accumulation` 3 it would need "))
            #expect(!FileManager.default.fileExists(atPath: scene.path("run")))
        }
    }

    @Test("a full disk ends a run where it can be resumed")
    func fullDisk() async throws {
        await #expect(processExitsWith: .success) {
            try await TensorActor.run { try Self.runOutOfSpace() }
        }
    }

    /// A limit for the size of files stands for a small disk.
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
