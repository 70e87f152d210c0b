import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Folds")
struct FoldTests {
    @Test(
        "each case is validated once and trains in all other folds, and folds differ by one case",
        arguments: [(10, 5), (11, 5), (3, 3), (200, 5), (7, 2)])
    func shuffled(_ cases: Int, _ count: Int) throws {
        let dataset = SplitTests.dataset(cases)
        let folds = try dataset.folds(count)
        let all = dataset.training.map(\.identifier).sorted()
        #expect(folds.count == count)
        #expect(folds.flatMap(\.validation).sorted() == all)
        for fold in folds {
            #expect((fold.training + fold.validation).sorted() == all && fold.test.isEmpty)
            #expect([cases / count, cases / count + 1].contains(fold.validation.count))
        }
        let reversed = SplitTests.dataset(dataset.training.map(\.identifier).reversed())
        #expect(try reversed.folds(count) == folds)
        if cases > 10 {
            #expect(try dataset.folds(count, SplitOptions(index: 1)) != folds)
            #expect(try dataset.folds(count, SplitOptions(seed: 1)) != folds)
        }
    }

    /// Expected is the shuffle of the Python in `SplitTests`, dealt as follows.
    ///
    ///     lack = [4, 3, 3]; folds = [[], [], []]
    ///     for c in a: k = lack.index(max(lack)); folds[k].append(c); lack[k] -= 1
    @Test("the folds of a seed stay what they are")
    func pinned() throws {
        let folds = try SplitTests.dataset("abcdefghij".map(String.init)).folds(3)
        #expect(
            folds.map(\.validation) == [
                ["a", "b", "e", "j"], ["c", "d", "h"], ["f", "g", "i"],
            ])
    }

    @Test("scans of one subject are validated in one fold")
    func groups() throws {
        let names = (0..<31).map { "sub-\($0 / 3)_scan\($0 % 3)" }
        let dataset = SplitTests.dataset(names)
        let folds = try dataset.folds(4, SplitOptions(groups: .pattern("^(sub-\\d+)_")))
        let subjects = folds.map { fold in Set(fold.validation.map { $0.prefix { $0 != "_" } }) }
        #expect(subjects.map(\.count).reduce(0, +) == 11)
        #expect(folds.flatMap(\.validation).count == 31)
        #expect(folds.allSatisfy { (6...9).contains($0.validation.count) })
    }

    @Test("the entries of nnU-Net's file and the folds of a datalist are the folds")
    func listed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "splits_final.json")
            let json = #"[{"train": ["a", "b"], "val": ["c"]}, {"train": ["c"], "val": ["b"]}]"#
            try Data(json.utf8).write(to: file)
            let dataset = SplitTests.dataset(["a", "b", "c"])
            let options = SplitOptions(plan: .file(file.path))
            #expect(
                try dataset.folds(2, options) == [
                    Split(training: ["a", "b"], validation: ["c"], test: []),
                    Split(training: ["c"], validation: ["b"], test: []),
                ])
            #expect(throws: SplitError.foldCount(5, found: 2)) { try dataset.folds(5, options) }
        }
        var folded = SplitTests.dataset(["a", "b", "c", "d", "e"], folds: [2, 4, 4, nil, 2])
        folded.listedSplit = Split(training: ["a", "b", "c", "d"], validation: [], test: ["e"])
        #expect(
            try folded.folds(2, SplitOptions(plan: .folds)) == [
                Split(training: ["b", "c", "d"], validation: ["a"], test: []),
                Split(training: ["a", "d"], validation: ["b", "c"], test: []),
            ])
    }

    @Test(
        "lists that are no folds",
        arguments: [
            (#"[{"train": ["a"], "val": ["c"]}, {"train": ["a"], "val": ["c"]}]"#, "c must be"),
            (#"[{"train": ["a"], "val": ["c"]}, {"train": ["a"], "val": []}]"#, "fold 1 has no"),
            (#"[{"train": ["a"], "val": ["c"]}]"#, "`folds` is 2, and the list has 1"),
        ])
    func badFiles(_ json: String, _ sentence: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "s.json")
            try Data(json.utf8).write(to: file)
            let error = #expect(throws: SplitError.self) {
                try SplitTests.dataset(["a", "b", "c"])
                    .folds(2, SplitOptions(plan: .file(file.path)))
            }
            #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        }
    }

    @Test("what has no folds is said")
    func refusals() {
        func message(_ options: SplitOptions, _ count: Int = 5) -> String {
            let error = #expect(throws: SplitError.self) {
                try SplitTests.dataset(4).folds(count, options)
            }
            return error?.description ?? ""
        }
        #expect(message(SplitOptions()).contains("4 cases are too few for 5 folds"))
        let grouped = SplitOptions(groups: .pattern("case"))
        #expect(message(grouped, 2).contains("1 groups are too few for 2 folds"))
        #expect(message(SplitOptions(plan: .everything)).contains("`split` all has no folds"))
        #expect(message(SplitOptions(plan: .folds)).contains("the dataset's list has no folds"))
    }
}

@Suite("Trainings of folds and seeds")
struct FoldTrainingsTests {
    @Test("names, order and words")
    func words() {
        let folds = FoldTrainings(folds: 3)
        #expect(folds.all.map(\.name) == ["fold_0", "fold_1", "fold_2"])
        #expect(folds.all.map(\.title) == ["fold 0", "fold 1", "fold 2"])
        #expect(folds.words == "3 folds" && folds.phrase == "on 3 folds")
        #expect(folds.place(of: folds.all[1]) == "Fold 2 of 3")
        let seeds = FoldTrainings(folds: 1, seeds: 2)
        #expect(seeds.all.map(\.name) == ["seed_0", "seed_1"])
        #expect(seeds.words == "2 seeds" && seeds.phrase == "with 2 seeds")
        #expect(seeds.place(of: seeds.all[0]) == "Seed 1 of 2")
        let both = FoldTrainings(folds: 2, seeds: 2)
        #expect(both.all.map(\.name) == ["fold_0", "fold_0_seed_1", "fold_1", "fold_1_seed_1"])
        #expect(both.all.map(\.title).last == "fold 1, seed 1")
        #expect(both.words == "2 folds with 2 seeds each" && both.units == "networks")
        #expect(both.place(of: both.all[3]) == "Fold 2 of 2, seed 2 of 2")
        // Seeds are added to what was trained with fewer.
        let more = FoldTrainings(folds: 3, seeds: 4)
        #expect(Set(folds.all.map(\.name)).isSubset(of: more.all.map(\.name)))
    }
}
