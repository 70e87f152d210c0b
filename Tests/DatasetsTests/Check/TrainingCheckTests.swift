import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("The check before training")
struct TrainingCheckTests {
    /// Six cases with labels one and two, in pairs for training, validation and test.
    private func write(_ small: SmallDataset) throws {
        try small.write(
            """
            {"channel_names": {"0": "T1"}, "labels": {"background": 0, "one": 1, "two": 2}, "file_ending": ".nii.gz"}
            """, to: "dataset.json")
        for number in 0..<6 {
            try small.writeImage("imagesTr/c\(number)_0000.nii.gz", number)
            try small.writeLabels("labelsTr/c\(number).nii.gz")
        }
    }

    private static let split = Split(
        training: ["c0", "c1"], validation: ["c2", "c3"], test: ["c4", "c5"])

    private func check(
        _ small: SmallDataset, _ split: Split = split, for aim: TrainingCheck.Aim = .training,
        allowing: Set<AllowableFault> = []
    ) throws -> TrainingCheck {
        let cache = try PreparedCache(folder: small.path + "-cache")
        defer { try? FileManager.default.removeItem(atPath: small.path + "-cache") }
        return try TrainingCheck(
            Dataset(contentsOf: small.path, threads: 1), split, for: aim, allowing: allowing,
            cache: cache, threads: 1)
    }

    struct Arranged: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var aim: TrainingCheck.Aim
        var split: Split
        /// The kinds of faults, and those of warnings.
        var faults: [String]
        var warnings: [String]
        var arrange: @Sendable (SmallDataset) throws -> Void

        init(
            _ name: String, for aim: TrainingCheck.Aim = .training,
            _ split: Split = TrainingCheckTests.split, faults: [String] = [],
            warnings: [String] = [],
            arrange: @escaping @Sendable (SmallDataset) throws -> Void = { _ in }
        ) {
            testDescription = name
            self.aim = aim
            self.split = split
            self.faults = faults
            self.warnings = warnings
            self.arrange = arrange
        }
    }

    static let cases = [
        Arranged("nothing wrong"),
        Arranged("a scan in training and test", faults: ["duplicate"]) {
            try $0.writeImage("imagesTr/c4_0000.nii.gz", 0)
        },
        Arranged("a scan twice in training", warnings: ["duplicate"]) {
            try $0.writeImage("imagesTr/c1_0000.nii.gz", 0)
        },
        Arranged("a training scan to be predicted", faults: ["duplicate"]) {
            try $0.writeImage("imagesTs/x_0000.nii.gz", 0)
        },
        Arranged("a test scan to be predicted", warnings: ["duplicate"]) {
            try $0.writeImage("imagesTs/x_0000.nii.gz", 4)
        },
        Arranged("a constant channel", faults: ["constant"]) {
            try $0.writeImage("imagesTr/c5_0000.nii.gz", 0) { $0 = $0.map { _ in 3 } }
        },
        Arranged("a label in no case", faults: ["labelInNoCase"]) { small in
            for number in 0..<6 { try small.writeLabels("labelsTr/c\(number).nii.gz", [1]) }
        },
        Arranged("a label in the test alone", warnings: ["labelsNotTrained", "labelsNotValidated"])
        { small in
            for number in 0..<4 { try small.writeLabels("labelsTr/c\(number).nii.gz", [1]) }
        },
        Arranged("a label not in the test", warnings: ["labelsNotTested"]) { small in
            for number in 4..<6 { try small.writeLabels("labelsTr/c\(number).nii.gz", [1]) }
        },
        Arranged(
            "validation without labels", faults: ["noValidationLabels"],
            warnings: ["noForeground", "noForeground"], arrange: emptyValidation),
        Arranged(
            "a search without labels to validate", for: .search, faults: ["noObjective"],
            warnings: ["noForeground", "noForeground"], arrange: emptyValidation),
        Arranged(
            "a comparison of searches without labels to validate",
            for: .comparison(isSearched: true), faults: ["noObjective"],
            warnings: ["noForeground", "noForeground"], arrange: emptyValidation),
        Arranged(
            "training without labels", faults: ["noTrainingLabels"],
            warnings: ["noForeground", "noForeground"]
        ) { small in
            for number in 0..<2 { try small.writeLabels("labelsTr/c\(number).nii.gz", []) }
        },
        Arranged(
            "a test without labels", warnings: ["noForeground", "noForeground", "noTestLabels"],
            arrange: emptyTest),
        Arranged(
            "a comparison without labels to test", for: .comparison(isSearched: false),
            faults: ["noJudgement"], warnings: ["noForeground", "noForeground"],
            arrange: emptyTest),
        Arranged(
            "cases in no part", Split(training: ["c0", "c1"], validation: ["c2"], test: []),
            warnings: ["casesLeftOut"]),
        Arranged(
            "no validation at all",
            Split(training: ["c0", "c1", "c2", "c3", "c4", "c5"], validation: [], test: [])),
    ]

    private static let emptyValidation: @Sendable (SmallDataset) throws -> Void = { small in
        for number in 2..<4 { try small.writeLabels("labelsTr/c\(number).nii.gz", []) }
    }

    private static let emptyTest: @Sendable (SmallDataset) throws -> Void = { small in
        for number in 4..<6 { try small.writeLabels("labelsTr/c\(number).nii.gz", []) }
    }

    @Test("what is a fault for a split and an aim, and what a warning", arguments: cases)
    func reported(_ arranged: Arranged) throws {
        try withDataset { small in
            try write(small)
            try arranged.arrange(small)
            let check = try check(small, arranged.split, for: arranged.aim)
            let faults = check.faults
            #expect(faults.filter { $0.severity == .fault }.map(\.kind) == arranged.faults)
            #expect(
                faults.filter { $0.severity == .warning }.map(\.kind) == arranged.warnings)
            if arranged.faults.isEmpty {
                try check.refuse()
            } else {
                #expect(throws: DatasetError.self) { try check.refuse() }
            }
        }
    }

    @Test(
        "where cases have folds, those without one are named", arguments: [[0, 0, 1, 1], [0, 0]])
    func withoutFold(_ folds: [Int]) throws {
        try withDataset { small in
            try write(small)
            let cache = try PreparedCache(folder: small.path + "-cache")
            defer { try? FileManager.default.removeItem(atPath: small.path + "-cache") }
            var dataset = try Dataset(contentsOf: small.path, threads: 1)
            for (index, fold) in folds.enumerated() { dataset.training[index].fold = fold }
            let byFold = try dataset.split(SplitOptions(plan: .folds, index: 0))
            #expect(byFold.validation == ["c0", "c1"])
            let check = try TrainingCheck(
                dataset, byFold, for: .training, allowing: [], cache: cache, threads: 1)
            let without = (folds.count..<6).map { "c\($0)" }
            #expect(
                check.faults.map(\.kind) == ["casesWithoutFold"]
                    && check.notes[0].contains(
                        "\(without.count) of 6 labelled cases have no fold, so every fold trains on them"
                    ))
            // Divided otherwise, folds do not matter.
            let other = try TrainingCheck(
                dataset, Self.split, for: .training, allowing: [], cache: cache, threads: 1)
            #expect(other.faults.isEmpty)
        }
    }

    @Test("what check calls a fault is refused, and neither once it is allowed")
    func allowed() throws {
        try withDataset { small in
            try write(small)
            try small.writeImage("imagesTr/c4_0000.nii.gz", 0)
            try small.writeImage("imagesTr/c5_0000.nii.gz", 0) { $0 = $0.map { _ in 3 } }
            let before = DatasetCheck(contentsOf: small.path)
            #expect(!before.isSound)
            #expect(
                before.faults.allowance
                    == "To go on knowingly: `allowed` constant `allowed` duplicate")
            #expect(!before.allowing([.constant]).isSound)
            #expect(before.allowing([.constant, .duplicate]).isSound)
            #expect {
                try check(small, allowing: [.constant]).refuse()
            } throws: { error in
                let text = "\(error)"
                return text.hasSuffix("\nTo go on knowingly: `allowed` duplicate")
                    && text.contains("they are in training and test")
                    && !text.contains("everywhere")
            }
            let both = try check(small, allowing: [.constant, .duplicate])
            try both.refuse()
            #expect(both.notes.count == 2 && both.faults.allSatisfy { $0.severity == .warning })
        }
    }

    @Test("faults that make training impossible cannot be allowed")
    func impossible() throws {
        try withDataset { small in
            try write(small)
            try small.writeLabels("labelsTr/c1.nii.gz", [1, 9])
            try small.writeImage("imagesTr/c4_0000.nii.gz", 0)
            let everything = Set(AllowableFault.allCases)
            let check = try check(small, allowing: everything)
            #expect(
                check.faults.filter { $0.severity == .fault }.map(\.kind) == ["unexpectedLabels"])
            #expect(
                DatasetCheck(contentsOf: small.path).faults.allowance?.hasPrefix(
                    "`allowed` duplicate is possible when the other faults are fixed") == true)
        }
    }

    @Test("a copy is found however it is stored")
    func stored() throws {
        try withDataset { small in
            try write(small)
            let volume = try Volume(contentsOf: small.path + "/imagesTr/c0_0000.nii.gz")
            let values = volume.samples.withValues(as: Float.self) { $0.map { Int16($0) } }
            try Volume(Samples(values), geometry: volume.geometry).reoriented(to: .ras).write(
                to: small.path + "/imagesTr/c4_0000.nii.gz", replacing: true)
            let turned = Orientation(axes: [
                .init(world: 1, isReversed: true), .init(world: 0, isReversed: true),
                .init(world: 2, isReversed: false),
            ])
            try volume.reoriented(to: turned).write(
                to: small.path + "/imagesTr/c2_0000.nii.gz", replacing: true)
            let duplicates = try check(small).faults.filter { $0.kind == "duplicate" }
            let sentence =
                "imagesTr/c2_0000.nii.gz, imagesTr/c4_0000.nii.gz: they are in training and validation and test"
            #expect(duplicates.count == 1 && duplicates[0].caseIdentifier == "c0")
            #expect(duplicates.first?.message.contains(sentence) == true, "\(duplicates)")
        }
    }

    @Test("labels that the prepared grid is too coarse for")
    func lost() throws {
        try withDataset { small in
            try write(small)
            func prepared(_ name: String, _ classes: [UInt8]) -> PreparedCase {
                PreparedCase(
                    identifier: name, size: [4, 1, 1], image: Samples([0, 0, 0, 0] as [Float]),
                    labels: Samples(classes))
            }
            let none = [UInt8](repeating: 0, count: 4)
            func kinds(
                _ training: [[UInt8]], _ validation: [[UInt8]], _ aim: TrainingCheck.Aim = .training
            )
                throws -> [String]
            {
                var check = try check(small, for: aim)
                check.add(
                    prepared: zip(["c0", "c1"], training).map(prepared),
                    validation: zip(["c2", "c3"], validation).map(prepared))
                return check.faults.map { "\($0.kind) \($0.severity)" }
            }
            let whole: [UInt8] = [0, 1, 2, 2]
            let one: [UInt8] = [0, 1, 1, 255]
            #expect(try kinds([whole, whole], [whole, none]).isEmpty)
            #expect(try kinds([one, one], [whole, whole]) == ["labelLost fault"])
            #expect(try kinds([none, none], [whole, whole]) == ["noTrainingLabels fault"])
            #expect(try kinds([whole, whole], [one, none]) == ["labelsNotValidated warning"])
            #expect(try kinds([whole, whole], [none, none]) == ["noValidationLabels fault"])
            #expect(try kinds([whole, whole], [none, none], .search) == ["noObjective fault"])
        }
    }

    @Test("many of a kind are one note")
    func notes() throws {
        try withDataset { small in
            try write(small)
            for number in 0..<5 { try small.writeLabels("labelsTr/c\(number).nii.gz", []) }
            let faults = DatasetCheck(contentsOf: small.path).faults
            #expect(
                DatasetFault.summary(faults, each: 1) == [
                    """
                    labelsTr/c0.nii.gz: has no voxel of any label: if that is not meant, is it the right file? (and 4 \
                    more like it: labelsTr/c1.nii.gz, labelsTr/c2.nii.gz, labelsTr/c3.nii.gz and 1 more)
                    """
                ])
        }
    }

    @Test("files that have not changed are not read again, and say the same; those that have are")
    func kept() throws {
        try withDataset { small in
            try write(small)
            try small.writeLabels("labelsTr/c1.nii.gz", [])
            try small.writeImage("imagesTr/c5_0000.nii.gz", 0) { $0 = $0.map { _ in 3 } }
            let folder = small.folder.appending(path: "cache").path
            let dataset = try Dataset(contentsOf: small.path, threads: 1)
            func check() throws -> TrainingCheck {
                try TrainingCheck(
                    dataset, Self.split, for: .training, allowing: [],
                    cache: PreparedCache(folder: folder), threads: 1)
            }
            func times() throws -> [String: Date] {
                let names = try FileManager.default.contentsOfDirectory(
                    atPath: folder + "/examinations")
                return Dictionary(
                    uniqueKeysWithValues: try names.map { name in
                        let file = folder + "/examinations/" + name
                        let values = try FileManager.default.attributesOfItem(atPath: file)
                        return (name, values[.modificationDate] as? Date ?? .distantPast)
                    })
            }
            let first = try check()
            let written = try times()
            #expect(written.count == 6)
            let second = try check()
            #expect(try times() == written)
            #expect(second.faults.map(\.description) == first.faults.map(\.description))
            #expect(second.faults.map(\.kind) == ["noForeground", "constant"])
            #expect(second.faults.map(\.allowable) == [nil, .constant])
            #expect(
                second.intensities(of: ["c0", "c1"]) == first.intensities(of: ["c0", "c1"]))
            #expect(first.intensities(of: ["c0", "c1"])?.count == 1)
            try small.writeLabels("labelsTr/c1.nii.gz", [1, 2])
            #expect(try check().faults.map(\.kind) == ["constant"])
            // Damaged ones are read again.
            for name in try times().keys {
                try Data("{".utf8).write(to: URL(filePath: folder + "/examinations/" + name))
            }
            #expect(try check().faults.map(\.kind) == ["constant"])
        }
    }
}
