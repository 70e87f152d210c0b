import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Regions of labels")
struct RegionTests {
    /// nnU-Net's dataset with three cases, label maps of these values and a description of regions.
    private static func write(
        _ small: SmallDataset, labels: String, order: String? = "[1, 2, 3]",
        values: [Int16] = [1, 2, 3]
    ) throws {
        try small.writeNNUNet()
        let order = order.map { #", "regions_class_order": \#($0)"# } ?? ""
        try small.write(
            """
            {"channel_names": {"0": "T1"}, "labels": \(labels)\(order), "numTraining": 3, "file_ending": ".nii.gz"}
            """, to: "dataset.json")
        for name in SmallDataset.cases { try small.writeLabels("labelsTr/\(name).nii.gz", values) }
    }

    static let nested = #"{"background": 0, "whole": [1, 2, 3], "core": [2, 3], "enhancing": 3}"#

    static let table = LabelTable(regions: [
        .init(name: "whole", values: [1, 2, 3], value: 1),
        .init(name: "core", values: [2, 3], value: 2),
        .init(name: "enhancing", values: [3], value: 3),
    ])

    @Test("are read with their values and the order in which they are painted")
    func reading() throws {
        try withDataset { small in
            try Self.write(small, labels: Self.nested)
            let table = try Dataset(contentsOf: small.path, threads: 1).labels
            #expect(table == Self.table)
            #expect(table.foreground.map(\.name) == ["label_1", "label_2", "enhancing"])
            #expect(table.foreground.map(\.value) == [1, 2, 3])
            #expect(table.classCount == 4 && table.outputCount == 3)
            #expect(table.structures.map(\.name) == ["whole", "core", "enhancing"])
            #expect(table.structureClasses == [[1, 2, 3], [2, 3], [3]])
            #expect(table.scoreRule == .painted([1, 2, 3]))
            #expect([1, 2, 3].map { table.key(ofStructure: $0) } == ["(1, 2, 3)", "(2, 3)", "3"])
        }
    }

    /// KiTS: nnU-Net's order of the labels counts, not that of the names, and values may be any.
    @Test("have the order of the file, any values, and voxels to ignore beside them")
    func order() throws {
        try withDataset { small in
            try Self.write(
                small,
                labels: """
                    {"ignore": 9, "kidney": [10, 20, 30], "masses": [30, 20], "background": 0, "cyst": [20]}
                    """, order: "[10, 30, 20]", values: [10, 20, 30, 9])
            let table = try Dataset(contentsOf: small.path, threads: 1).labels
            let regions = try #require(table.regions)
            #expect(regions.map(\.name) == ["kidney", "masses", "cyst"])
            #expect(regions.map(\.values) == [[10, 20, 30], [20, 30], [20]])
            #expect(regions.map(\.value) == [10, 30, 20])
            #expect(table.ignore == 9 && table.structureClasses == [[1, 2, 3], [2, 3], [2]])
            #expect(table.scoreRule == .painted([1, 3, 2]))
            #expect(DatasetCheck(contentsOf: small.path, threads: 1).isSound)
        }
    }

    @Test("labels of one value each are no regions, whatever the order says")
    func plain() throws {
        try withDataset { small in
            try Self.write(
                small, labels: #"{"background": 0, "a": [1], "b": 2}"#, values: [1, 2])
            let table = try Dataset(contentsOf: small.path, threads: 1).labels
            #expect(table.regions == nil && table.structures == table.foreground)
        }
    }

    static let faults: [FaultCase] = [
        FaultCase(
            "no order", #"lacks "regions_class_order" for the regions whole, core and enhancing"#
        ) { try write($0, labels: nested, order: nil) },
        FaultCase("an order of names", #""regions_class_order" must be a list of whole numbers"#) {
            try write($0, labels: nested, order: #"["a", "b", "c"]"#)
        },
        FaultCase("a short order", #""regions_class_order" has 2 values for the 3 regions"#) {
            try write($0, labels: nested, order: "[1, 2]")
        },
        FaultCase("a region of nothing", #"the region "core" has no values"#) {
            try write(
                $0, labels: #"{"background": 0, "whole": [1, 2], "core": []}"#, order: "[1, 2]",
                values: [1, 2])
        },
        FaultCase("a region of words", #"the region "core" must have whole numbers"#) {
            try write(
                $0, labels: #"{"background": 0, "whole": [1, 2], "core": ["x", 2]}"#,
                order: "[1, 2]", values: [1, 2])
        },
        FaultCase("no background", "no label is the background") {
            try write($0, labels: #"{"whole": [1, 2, 3], "core": [2, 3], "enhancing": 3}"#)
        },
        FaultCase("background in a region", #"the region "whole" has the background's value 0"#) {
            try write(
                $0, labels: #"{"background": 0, "whole": [0, 1, 2], "core": 2}"#, order: "[1, 2]",
                values: [1, 2])
        },
        FaultCase("several values of background", #""background" must have one whole number"#) {
            try write(
                $0, labels: #"{"background": [0, 4], "whole": [1, 2], "core": 2}"#,
                order: "[1, 2]", values: [1, 2])
        },
        FaultCase("ignored in a region", #"the region "whole" has the value 3, which is to be"#) {
            try write(
                $0, labels: #"{"background": 0, "ignore": 3, "whole": [1, 2, 3], "core": 2}"#,
                order: "[1, 2]")
        },
        FaultCase("one region twice", "the regions whole and core have the same values") {
            try write(
                $0, labels: #"{"background": 0, "whole": [1, 2, 3], "core": [3, 2, 1]}"#,
                order: "[1, 2]")
        },
        FaultCase("a foreign value", "paints enhancing with 2, which is none of its values 3") {
            try write($0, labels: nested, order: "[1, 3, 2]")
        },
        FaultCase("one value twice", "paints whole and core with the same value 2") {
            try write($0, labels: nested, order: "[2, 2, 3]")
        },
        FaultCase(
            "the enclosing region last",
            """
            a voxel of 3, which belongs to enhancing, core and whole, would be painted with 1, which belongs to whole
            """,
            """
            a voxel of 2, which belongs to core and whole, would be painted with 1, which belongs to whole
            """
        ) {
            try write(
                $0,
                labels: #"{"background": 0, "enhancing": 3, "core": [2, 3], "whole": [1, 2, 3]}"#,
                order: "[3, 2, 1]")
        },
        FaultCase(
            "an overlap without a value of its own",
            "a voxel of 2, which belongs to left and right, would be painted with 3, which belongs to right"
        ) {
            try write(
                $0, labels: #"{"background": 0, "left": [1, 2], "right": [2, 3]}"#,
                order: "[1, 3]")
        },
    ]

    @Test("that are wrong are refused in a sentence each", arguments: faults)
    func refusals(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            fault.expect(DatasetReading(contentsOf: small.path, threads: 1).faults)
        }
    }

    @Test("of values that no case has, or without values that cases have, are faults of the check")
    func values() throws {
        try withDataset { small in
            try Self.write(small, labels: Self.nested, values: [1, 2])
            let check = DatasetCheck(contentsOf: small.path, threads: 1)
            #expect(check.faults.map(\.kind) == ["labelInNoCase"])
            try Self.write(small, labels: Self.nested, values: [1, 2, 3, 4])
            let other = DatasetCheck(contentsOf: small.path, threads: 1)
            #expect(Set(other.faults.map(\.kind)) == ["unexpectedLabels"])
        }
    }

    @Test("are counted by the check, voxels of several once")
    func fingerprint() throws {
        try withDataset { small in
            try Self.write(small, labels: Self.nested)
            let found = try #require(
                DatasetCheck(contentsOf: small.path, threads: 1).fingerprint)
            let regions = try #require(found.regions)
            #expect(regions.map(\.voxels) == [36, 24, 12] && regions.map(\.cases) == [3, 3, 3])
            #expect(found.labels.map(\.voxels) == [324, 12, 12, 12])
        }
    }

    @Test("of lists of cases are refused")
    func lists() throws {
        try withDataset { small in
            try small.writeDecathlon()
            try small.write(
                """
                {"modality": {"0": "T1"}, "labels": {"background": 0, "whole": [1, 2], "core": 2},
                 "training": [\(SmallDataset.decathlonItems)], "test": []}
                """, to: "dataset.json")
            let faults = DatasetReading(contentsOf: small.path, threads: 1).faults
            #expect(faults.map(\.kind) == ["region"])
            #expect(faults[0].message.hasPrefix("whole: regions, labels made of several values"))
        }
    }
}
