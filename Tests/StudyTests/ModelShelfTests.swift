import Foundation
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Models of a study")
struct ModelShelfTests {
    private func withFolder(_ body: (StudyFolder, ModelShelf) throws -> Void) throws {
        try withTemporaryFolder { url in
            let folder = StudyFolder(url.path)
            try body(folder, ModelShelf(folder))
        }
    }

    /// What a worker leaves of a trial.
    private func train(_ trial: Int, in folder: StudyFolder) throws {
        let trained = TrialFolder(folder.trial(trial))
        for path in [trained.model, trained.run + "/checkpoints"] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        try Data("\(trial)".utf8).write(to: URL(filePath: trained.model + "/weights"))
        try Data("{}".utf8).write(to: URL(filePath: trained.result))
    }

    private func best(_ folder: StudyFolder) throws -> String {
        try String(contentsOfFile: folder.best + "/weights", encoding: .utf8)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("the best trial's model is kept, and no weights of others; results stay")
    func keeping() throws {
        try withFolder { folder, shelf in
            for (trial, winner) in [(3, 3), (4, 3), (5, 5), (6, 5)] {
                try train(trial, in: folder)
                try shelf.arrange([trial], best: winner)
                #expect(try best(folder) == "\(winner)")
                #expect(!exists(TrialFolder(folder.trial(trial)).run))
                #expect(exists(TrialFolder(folder.trial(trial)).result))
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.models)
                        == [StudyFolder.name(winner)])
            }
            // Again, as after a kill in between.
            try shelf.arrange([3, 4, 5, 6], best: 5)
            #expect(try best(folder) == "5")
        }
    }

    @Test("models of others that may yet be delivered are kept, until they may not")
    func others() throws {
        try withFolder { folder, shelf in
            func models() throws -> [Int] {
                try FileManager.default.contentsOfDirectory(atPath: folder.models)
                    .compactMap { Int($0) }.sorted()
            }
            for trial in 1...4 { try train(trial, in: folder) }
            try shelf.arrange([1, 2, 3, 4], best: 3, others: [1, 4])
            #expect(try models() == [1, 3, 4] && best(folder) == "3")
            for trial in 1...4 { #expect(!exists(TrialFolder(folder.trial(trial)).run)) }
            // What is expected of networks changes.
            try train(5, in: folder)
            try shelf.arrange([5], best: 1, others: [5, 3])
            #expect(try models() == [1, 3, 5] && best(folder) == "1")
            #expect(shelf.hasModel(of: 3) && !shelf.hasModel(of: 4))
            // One whose model is gone leaves the link to a whole model.
            try shelf.arrange([], best: 2, others: [5])
            #expect(try best(folder) == "1")
        }
    }

    @Test("a final model stays the best one until a better trial")
    func finalModel() throws {
        try withFolder { folder, shelf in
            try train(1, in: folder)
            try shelf.arrange([1], best: 1)
            let final = folder.final(1, epochs: 9) + "/model"
            try FileManager.default.createDirectory(
                atPath: final, withIntermediateDirectories: true)
            try Data("final".utf8).write(to: URL(filePath: final + "/weights"))
            try shelf.setBest(finalRun: folder.final(1, epochs: 9))
            #expect(try best(folder) == "final")
            try train(2, in: folder)
            try shelf.arrange([2], best: 1)
            #expect(try best(folder) == "final")
            try train(3, in: folder)
            try shelf.arrange([3], best: 3)
            #expect(try best(folder) == "3")
            #expect(!exists(final))
        }
    }

    @Test("runs of all candidates stay, and the chosen one is the best model until none is chosen")
    func candidates() throws {
        try withFolder { folder, shelf in
            for trial in 1...3 { try train(trial, in: folder) }
            try shelf.arrange([1, 2, 3], best: 2, finals: [2, 1])
            for trial in 1...3 {
                let final = folder.final(trial, epochs: 9) + "/model"
                try FileManager.default.createDirectory(
                    atPath: final, withIntermediateDirectories: true)
                try Data("final \(trial)".utf8).write(to: URL(filePath: final + "/weights"))
            }
            try Data("{}".utf8).write(to: URL(filePath: folder.candidates))
            try shelf.setBest(finalRun: folder.final(1, epochs: 9))
            try shelf.arrange([], best: 2, finals: [2, 1], chosen: 1)
            #expect(try best(folder) == "final 1" && exists(folder.candidates))
            #expect(exists(folder.final(2, epochs: 9)) && !exists(folder.final(3, epochs: 9)))
            // Another trial of the search is better, but the choice stands until it is made again.
            try train(4, in: folder)
            try shelf.arrange([4], best: 4, finals: [4, 2], chosen: 1)
            #expect(try best(folder) == "final 1" && exists(folder.model(4)))
            try shelf.arrange([], best: 4, finals: [4, 2])
            #expect(try best(folder) == "4" && !exists(folder.candidates))
            #expect(!exists(folder.final(1, epochs: 9)) && exists(folder.final(2, epochs: 9)))
        }
    }

    @Test("a best trial without weights, whose training diverged, leaves no best model")
    func diverged() throws {
        try withFolder { folder, shelf in
            try shelf.arrange([0], best: 0)
            #expect(!exists(folder.best))
        }
    }

    /// What tools leave of the link that copy what links name.
    private func copyLink(_ folder: StudyFolder) throws {
        let target = try #require(folder.bestTarget)
        try FileManager.default.removeItem(atPath: folder.best)
        try FileManager.default.copyItem(atPath: "\(folder.path)/\(target)", toPath: folder.best)
    }

    @Test("a copied best model becomes a link again, of the same model or of a better one")
    func copied() throws {
        try withFolder { folder, shelf in
            try train(1, in: folder)
            try shelf.arrange([1], best: 1)
            try copyLink(folder)
            #expect(folder.bestTarget == "models/000001")
            try shelf.arrange([], best: 1)
            #expect(try best(folder) == "1" && folder.bestTarget == "models/000001")
            try copyLink(folder)
            try train(2, in: folder)
            try shelf.arrange([2], best: 2)
            #expect(try best(folder) == "2" && folder.bestTarget == "models/000002")
            // A final model stays the best one.
            let final = folder.final(2, epochs: 9) + "/model"
            try FileManager.default.createDirectory(
                atPath: final, withIntermediateDirectories: true)
            try Data("final".utf8).write(to: URL(filePath: final + "/weights"))
            try shelf.setBest(finalRun: folder.final(2, epochs: 9))
            try copyLink(folder)
            try shelf.arrange([], best: 2)
            #expect(try best(folder) == "final" && folder.bestTarget == "final/000002-9/model")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                    == ["best", "final", "models", "trials"])
        }
    }

    @Test("the folds of the best network are its model, also as a copy, until a better trial")
    func folds() throws {
        try withFolder { folder, shelf in
            try train(2, in: folder)
            try shelf.arrange([2], best: 2)
            let folds = folder.finalSet(2, epochs: 9, folds: 5)
            try FileManager.default.createDirectory(
                atPath: "\(folds)/fold_0/model", withIntermediateDirectories: true)
            for name in ["plan.json", "fold_0/model/weights"] {
                try Data(name.utf8).write(to: URL(filePath: "\(folds)/\(name)"))
            }
            try shelf.setBest(finalSet: folds)
            try copyLink(folder)
            try shelf.arrange([], best: 2)
            #expect(folder.bestTarget == "final/000002-9-folds-5")
            #expect(exists("\(folder.bestModel)/fold_0/model/weights"))
            try train(3, in: folder)
            try shelf.arrange([3], best: 3)
            #expect(try best(folder) == "3" && !exists(folds))
        }
    }

    @Test("a folder in the link's place that is no model of the study stays as it is")
    func foreign() throws {
        try withFolder { folder, shelf in
            try FileManager.default.createDirectory(
                atPath: folder.best, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: URL(filePath: folder.best + "/weights"))
            try train(1, in: folder)
            let error = #expect(throws: StudyError.self) { try shelf.arrange([1], best: 1) }
            #expect("\(try #require(error))".contains("best: is a folder and no copy of"))
            #expect(try best(folder) == "mine")
            #expect(exists(folder.model(1)))
        }
    }

    @Test("models of trials that are not recorded yet stay")
    func unknown() throws {
        try withFolder { folder, shelf in
            try train(7, in: folder)
            try shelf.arrange([7], best: 7)
            try train(2, in: folder)
            try shelf.arrange([2], best: 2, recorded: 3)
            #expect(try best(folder) == "2" && exists(folder.model(7)))
            try shelf.arrange([], best: 7, recorded: 8)
            #expect(try best(folder) == "7" && !exists(folder.model(2)))
        }
    }
}
