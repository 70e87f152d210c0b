import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Splits")
struct SplitTests {
    /// A dataset with a number of cases, of which no file is read.
    static func dataset(_ identifiers: [String], folds: [Int?] = []) -> Dataset {
        Dataset(
            name: "d", folder: "d", layout: .monai, channels: ["T1"],
            labels: LabelTable(foreground: [.init(name: "one", value: 1)]),
            training: identifiers.enumerated().map { index, name in
                Dataset.Case(
                    identifier: name, images: ["\(name).nii"], label: "\(name)-l.nii",
                    fold: folds.isEmpty ? nil : folds[index])
            }, test: [])
    }

    static func dataset(_ count: Int) -> Dataset {
        dataset((0..<count).map { "case\($0)" })
    }

    @Test(
        "parts have their shares by largest remainders",
        arguments: [
            ("50/20/30", 10, [5, 2, 3]), ("50/20/30", 200, [100, 40, 60]),
            ("50/20/30", 12, [6, 2, 4]), ("50/20/30", 7, [4, 1, 2]), ("80/20/0", 5, [4, 1, 0]),
            ("33.4/33.3/33.3", 3, [1, 1, 1]), ("100/0/0", 1, [1, 0, 0]),
        ])
    func shares(_ text: String, _ count: Int, _ sizes: [Int]) throws {
        let dataset = Self.dataset(count)
        let split = try dataset.split(SplitOptions(plan: SplitPlan(parsing: text)))
        #expect(Split.Part.allCases.map { split[$0].count } == sizes)
        let all = Split.Part.allCases.flatMap { split[$0] }
        #expect(all.sorted() == dataset.training.map(\.identifier).sorted())
    }

    @Test("a seed and an index name one shuffle, whatever the order of the cases")
    func determinism() throws {
        let dataset = Self.dataset(40)
        let reversed = Self.dataset(dataset.training.map(\.identifier).reversed())
        let splits = try (0..<6).map { try dataset.split(SplitOptions(index: $0, seed: 7)) }
        #expect(Set(splits).count == 6)
        for (index, split) in splits.enumerated() {
            #expect(try reversed.split(SplitOptions(index: index, seed: 7)) == split)
        }
        #expect(try dataset.split(SplitOptions(seed: 8)) != splits[0])
    }

    /// Expected is SplitMix64 and Fisher-Yates from seed 0, in Python.
    ///
    ///     def next(): global s; s = (s + 0x9E3779B97F4A7C15) % 2**64; z = s
    ///         z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64; z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    ///         return z ^ z >> 31
    ///     a = list("abcdefghij")
    ///     for last in range(9, 0, -1): j = next() * (last + 1) >> 64; a[last], a[j] = a[j], a[last]
    @Test("the shuffle of a seed stays what it is")
    func pinned() throws {
        let split = try Self.dataset("abcdefghij".map(String.init)).split()
        #expect(
            split
                == Split(
                    training: ["a", "b", "c", "e", "j"], validation: ["d", "h"],
                    test: ["f", "g", "i"]))
    }

    @Test("every case is tested in some shuffle, and about as often")
    func fairness() throws {
        let dataset = Self.dataset(20)
        var counts: [String: Int] = [:]
        for index in 0..<200 {
            for name in try dataset.split(SplitOptions(index: index)).test {
                counts[name, default: 0] += 1
            }
        }
        #expect(counts.count == 20)
        #expect(counts.values.allSatisfy { (35...90).contains($0) }, "\(counts)")
    }

    @Test("scans of one subject stay together, by a pattern and by a table")
    func groups() throws {
        let names = (0..<30).map { "sub-\($0 / 3)_scan\($0 % 3)" }
        let dataset = Self.dataset(names)
        try withTemporaryFolder { folder in
            let table = folder.appending(path: "subjects.csv")
            let rows = names.map { "\($0),\"x, y\",\($0.prefix { $0 != "_" })" }
            try Data((["case,note,subject"] + rows).joined(separator: "\r\n").utf8).write(to: table)
            for text in ["^(sub-\\d+)_", "^[^_]+", table.path + ":subject"] {
                let options = SplitOptions(groups: SplitGroups(parsing: text))
                let split = try dataset.split(options)
                let subjects = Split.Part.allCases.map { part in
                    Set(split[part].map { $0.prefix { $0 != "_" } })
                }
                #expect(subjects.map(\.count).reduce(0, +) == 10, "\(text)")
                #expect(Split.Part.allCases.map { split[$0].count } == [15, 6, 9])
            }
            // The same line twice is no contradiction.
            let more = ["case,note,subject"] + rows + rows.prefix(1)
            try Data(more.joined(separator: "\n").utf8).write(to: table)
            let options = SplitOptions(groups: SplitGroups(parsing: table.path + ":subject"))
            _ = try dataset.split(options)
            try Data((more + ["\(names[4]),,sub-9"]).joined(separator: "\n").utf8).write(to: table)
            let error = #expect(throws: SplitError.self) { try dataset.split(options) }
            #expect(
                "\(try #require(error))".contains("sub-1_scan1 is in the groups sub-1 and sub-9"))
        }
    }

    @Test("all, folds and lists")
    func others() throws {
        let folded = Self.dataset(["a", "b", "c", "d"], folds: [0, 1, 1, nil])
        #expect(
            try folded.split(SplitOptions(plan: .everything))
                == Split(training: ["a", "b", "c", "d"], validation: [], test: []))
        #expect(
            try folded.split(SplitOptions(plan: .folds, index: 1))
                == Split(training: ["a", "d"], validation: ["b", "c"], test: []))
        var listed = folded
        listed.listedSplit = Split(training: ["a"], validation: ["b", "c"], test: ["d"])
        #expect(try listed.split(SplitOptions(plan: .listed)) == listed.listedSplit)
        #expect(try listed.split(SplitOptions(plan: .folds)).test == ["d"])
    }

    @Test("nnU-Net's splits, and the record of a split")
    func files() throws {
        let dataset = Self.dataset(["a", "b", "c"])
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "splits_final.json")
            let plan = try SplitPlan(parsing: file.path)
            try Data(
                #"[{"train": ["a", "b"], "val": ["c"]}, {"train": ["c"], "val": ["b", "a"]}]"#.utf8
            ).write(to: file)
            #expect(
                try dataset.split(SplitOptions(plan: plan, index: 1))
                    == Split(training: ["c"], validation: ["a", "b"], test: []))
            let split = Split(training: ["b"], validation: ["a"], test: ["c"])
            try JSONEncoder().encode(split).write(to: file)
            #expect(try dataset.split(SplitOptions(plan: plan)) == split)
        }
    }

    @Test(
        "shares that cannot be",
        arguments: ["50/20/20", "-10/60/50", "0/50/50", "nan/50/50", "50/50", "x"])
    func badShares(_ text: String) {
        let error = #expect(throws: SplitError.self) { try SplitPlan(parsing: text) }
        #expect(error?.description.contains("50/20/30") == true || text.contains("/"))
    }

    @Test(
        "files that do not fit the dataset",
        arguments: [
            (#"[{"train": ["a"], "val": ["b"], "train": ["c"]}]"#, "appears more than once"),
            ("[", "is not JSON"), ("[]", "must be a list such as"),
            (#"[{"a": 1}]"#, #""a" is no part of a split"#), ("[1]", "must be a list"),
            (#"[{"train": ["a", 1], "val": []}]"#, "must be a list"),
            (#"[{"train": ["a"]}]"#, "must be a list"),
            (#"[{"train": ["a"], "vall": ["b"]}]"#, #""vall" is no part of a split"#),
            (#"[{"train": ["x", "a"], "val": []}]"#, "the dataset has no labelled case x"),
            (#"[{"train": ["a", "b"], "val": ["a"]}]"#, "a must be in one part only"),
            (#"[{"train": [], "val": ["a"]}]"#, "1 case leaves none for training"),
        ])
    func badFiles(_ json: String, _ sentence: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "s.json")
            try Data(json.utf8).write(to: file)
            let error = #expect(throws: SplitError.self) {
                try Self.dataset(3).split(SplitOptions(plan: .file(file.path)))
            }
            let dataset = Self.dataset(["a", "b", "c"])
            let other = #expect(throws: SplitError.self) {
                try dataset.split(SplitOptions(plan: .file(file.path)))
            }
            #expect(error != nil)
            #expect(other?.description.contains(sentence) == true, "\(String(describing: other))")
        }
    }

    @Test("what cannot be divided is said")
    func refusals() throws {
        func message(_ options: SplitOptions, _ dataset: Dataset = Self.dataset(3)) -> String {
            let error = #expect(throws: SplitError.self) { try dataset.split(options) }
            return error?.description ?? ""
        }
        let two = Self.dataset(2)
        #expect(message(SplitOptions(), two).contains("2 cases leave none for validation"))
        let grouped = SplitOptions(groups: .pattern("case"))
        #expect(message(grouped).contains("3 cases in 1 group leave none for"))
        #expect(message(SplitOptions(groups: .pattern("("))).contains("no regular expression"))
        #expect(
            message(SplitOptions(groups: .pattern("x"))).contains(
                "case0, case1, case2 belong to no"))
        let table = SplitGroups.table(path: "/nowhere.csv", column: "s")
        #expect(message(SplitOptions(groups: table)).contains("/nowhere.csv: cannot be read"))
        #expect(message(SplitOptions(plan: .folds)).contains("has no folds"))
        #expect(message(SplitOptions(plan: .listed)).contains("lists no \"validation\""))
        let folded = Self.dataset(["a", "b"], folds: [0, 1])
        #expect(
            message(SplitOptions(plan: .folds, index: 5), folded).contains("the folds are 0, 1"))
    }
}
