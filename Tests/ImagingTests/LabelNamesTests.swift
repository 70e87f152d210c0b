import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Names of structures in image files")
struct LabelNamesTests {
    private func names(_ pairs: String, kinds: String = "domain domain domain") throws -> ImageFile
    {
        let text = TextHeaderBytes.nrrd(pairs).replacing("domain domain domain", with: kinds)
        return try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.seg.nrrd")
            try Data(Array(text.utf8) + TextHeaderBytes.samples).write(to: file)
            return try ImageFile(contentsOf: file.path)
        }
    }

    private func fault(_ names: LabelNames?) -> LabelFault? { names?.fault }

    @Test("Segments of 3D Slicer")
    func segments() throws {
        let image = try names(
            """
            Segment0_ID:=Segment_1
            Segment0_LabelValue:=1
            Segment0_Layer:=0
            Segment0_Name:=liver
            Segment1_LabelValue:=7
            Segment1_Layer:=0
            Segment1_Name:=Segment_2
            """)
        #expect(image.labelNames?.name(of: 1) == "liver")
        #expect(image.labelNames?.name(of: 7) == nil && image.labelNames?.name(of: 2) == nil)
        #expect(try LabelMap(image).values.contains(23))
        #expect(try names("other:=value").labelNames == nil)
        #expect(try names("Segment0_Name:=liver").labelNames?.entries.map(\.value) == [nil])
    }

    @Test("Layers, and one value for two structures, are no label map")
    func faults() throws {
        let layers = try names(
            """
            Segment0_LabelValue:=1
            Segment0_Layer:=0
            Segment0_Name:=lung
            Segment1_LabelValue:=1
            Segment1_Layer:=1
            Segment1_Name:=nodule
            """)
        #expect(throws: LabelFault.layers(2, structures: ["lung", "nodule"])) {
            try LabelMap(layers)
        }
        let shared = try names(
            """
            Segment0_LabelValue:=1
            Segment0_Name:=lung
            Segment1_LabelValue:=1
            Segment1_Name:=nodule
            """)
        #expect(throws: LabelFault.sharedValue(1, structures: ["lung", "nodule"])) {
            try LabelMap(shared)
        }
    }

    @Test("Segmentations of old versions of 3D Slicer have a layer for each segment")
    func oldSegments() throws {
        let text = TextHeaderBytes.nrrd("Segment0_Name:=lung\nSegment1_Name:=nodule")
            .replacing("domain domain domain", with: "list domain domain domain")
            .replacing("dimension: 3", with: "dimension: 4")
            .replacing("sizes: 2 3 4", with: "sizes: 2 1 3 4")
            .replacing("directions: ", with: "directions: none ")
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.nrrd")
            try Data(Array(text.utf8) + TextHeaderBytes.samples).write(to: file)
            let image = try ImageFile(contentsOf: file.path)
            #expect(throws: LabelFault.layers(2, structures: ["lung", "nodule"])) {
                try LabelMap(image)
            }
        }
    }

    private static let table = """
        <?xml version="1.0" encoding="UTF-8"?> <CaretExtension> <VolumeInformation Index="0"> <LabelTable>
        <Label Key="0" Red="1" Alpha="0"><![CDATA[???]]></Label>
        <Label Key="1" Red="0.2" Green="1" Blue="0" Alpha="1"><![CDATA[spleen]]></Label>
        <Label Key="7" Red="0.2" Green="1" Blue="0" Alpha="1">vena cava &amp; branches</Label>
        </LabelTable> </VolumeInformation></CaretExtension>
        """

    @Test("Tables in extensions of NIfTI headers", arguments: [1, 2], ["a.nii", "a.nii.gz"])
    func tables(version: Int, name: String) throws {
        let names = try withTemporaryFolder { folder in
            let file = folder.appending(path: name)
            // Long enough to lie beyond the first thousand bytes.
            let table = Self.table.replacing(
                "<LabelTable>", with: "<LabelTable>" + String(repeating: " ", count: 2000))
            let bytes = NIfTIBytes.withExtension(table, version: version)
            try Data(name.hasSuffix("gz") ? NIfTIBytes.gzip(bytes) : bytes).write(to: file)
            return try ImageFile(contentsOf: file.path).labelNames
        }
        #expect(names?.name(of: 1) == "spleen")
        #expect(names?.name(of: 7) == "vena cava & branches")
        #expect(names?.entries.count == 2)
    }

    @Test(
        "Names are the same without regard to case, marks and the order of words",
        arguments: [
            ("Liver", "liver", true), ("left kidney", "kidney_left", true),
            ("Lung-Left", "lungLeft", true), ("kidney_left", "kidney_right", false),
            ("liver", "liver tumour", false), ("Segment 1", "segment_1", true),
        ])
    func sameness(name: String, other: String, same: Bool) {
        #expect(LabelNames.areSame(name, other) == same)
    }

    @Test("Numbered names say nothing")
    func meaning() {
        for name in ["", "???", "Segment_1", "label 12", "Label", "Segment"] {
            #expect(!LabelNames.isMeaningful(name), "\(name)")
        }
        for name in ["liver", "L1", "segment VIII", "rib 4"] {
            #expect(LabelNames.isMeaningful(name), "\(name)")
        }
    }
}
