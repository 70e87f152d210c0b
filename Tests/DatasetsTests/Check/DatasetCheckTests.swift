import Foundation
import SegNASImaging
import Synchronization
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Checks of images")
struct DatasetCheckTests {
    static let faults = [
        FaultCase("nothing wrong") { try $0.writeNNUNet() },
        FaultCase("a file cut short", "imagesTr/b_0000.nii.gz: is damaged") {
            try $0.writeNNUNet()
            let file = $0.folder.appending(path: "imagesTr/b_0000.nii.gz")
            try Data(contentsOf: file).dropLast(20).write(to: file)
        },
        FaultCase("NaN and infinity", "imagesTr/a_0000.nii.gz: has 2 voxels that are NaN, infin") {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/a_0000.nii.gz", 1) {
                $0[3] = .nan
                $0[9] = -.infinity
            }
        },
        FaultCase("one value everywhere", "c_0000.nii.gz: is 7 everywhere in the channel T1") {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/c_0000.nii.gz", 1) { values in
                for index in values.indices { values[index] = 7 }
            }
        },
        FaultCase("values beyond float32", "b_0000.nii.gz: has 2 voxels that are NaN, infinite or")
        {
            try $0.writeNNUNet()
            try $0.writeDoubles("imagesTr/b_0000.nii.gz") {
                $0[1] = 1e300
                $0[7] = -.greatestFiniteMagnitude
            }
        },
        FaultCase("values that float32 does not tell from 0", "c_0000.nii.gz: is 0 everywhere in") {
            try $0.writeNNUNet()
            try $0.writeDoubles("imagesTr/c_0000.nii.gz") { $0 = $0.map { $0 * 1e-300 } }
        },
        FaultCase("another size", "labelsTr/b.nii.gz: has 6×5×3 voxels instead of 6×5×4") {
            try $0.writeNNUNet()
            try $0.writeLabels("labelsTr/b.nii.gz", size: [6, 5, 3])
        },
        FaultCase("another spacing", "has a spacing of 1×1×1.9 mm instead of 1×1×2 mm") {
            try $0.writeNNUNet()
            try $0.writeLabels("labelsTr/b.nii.gz", affine: Affine(spacing: [1, 1, 1.9]))
        },
        FaultCase("another place", "labelsTr/b.nii.gz: lies up to 5 mm (5 voxels) elsewhere") {
            try $0.writeNNUNet()
            try $0.writeLabels(
                "labelsTr/b.nii.gz", affine: Affine(spacing: [1, 1, 2], origin: [3, 4, 0]))
        },
        FaultCase("channels that do not match", "a_0001.nii.gz: has 6×4×4 voxels instead of 6×5×4")
        {
            try $0.writeNNUNet(channels: 2)
            try $0.writeImage("imagesTr/a_0001.nii.gz", 1, size: [6, 4, 4])
        },
        FaultCase("too few channels in a file", "has 2 channels where the dataset has 1") {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/a_0000.nii.gz", 1, channels: 2)
        },
        FaultCase("labels without a name", "does not name: 3 (4 voxels), 40 (4 voxels)") {
            try $0.writeNNUNet()
            try $0.writeLabels("labelsTr/a.nii.gz", [1, 2, 3, 40])
        },
        FaultCase("fractions", "labelsTr/a.nii.gz: has", "fractions") {
            try $0.writeNNUNet()
            try $0.writeImage("labelsTr/a.nii.gz", 1) { $0 = $0.map { $0 / 50 } }
            try $0.writeImage("imagesTr/a_0000.nii.gz", 1)
        },
        FaultCase("label maps in 4D", "labelsTr/a.nii.gz: has 2 values a voxel") {
            try $0.writeNNUNet()
            try $0.writeImage("labelsTr/a.nii.gz", 1, channels: 2)
        },
        FaultCase("a label that no case has", "no case has a voxel of three (3)") {
            try $0.writeNNUNet(labels: #"{"background": 0, "one": 1, "two": 2, "three": 3}"#)
        },
        FaultCase(
            "no case to look at", "labelsTr/a.nii.gz: there is no image", "labelsTr/b", "labelsTr/c"
        ) {
            try $0.writeNNUNet()
            for name in SmallDataset.cases { try $0.remove("imagesTr/\(name)_0000.nii.gz") }
        },
        FaultCase("one image twice", "imagesTr/a_0000.nii.gz: holds the same image as imagesTr/b_0")
        {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/a_0000.nii.gz", 77)
            try $0.writeImage("imagesTr/b_0000.nii.gz", 77)
        },
        FaultCase("the test set holds a training image", "same image as imagesTs/x_0000.nii") {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTs/x_0000.nii.gz", 0)
        },
    ]

    @Test("each fault is reported with its file and remedy", arguments: faults)
    func reported(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            let check = DatasetCheck(contentsOf: small.path)
            if fault.testDescription == "fractions" {
                #expect(check.faults.count == 1 && check.faults[0].kind == "notLabels")
            } else {
                fault.expect(check.faults)
            }
            #expect(check.isSound == fault.sentences.isEmpty)
        }
    }

    static let warnings = [
        FaultCase("no label in a case", "labelsTr/b.nii.gz: has no voxel of any label") {
            try $0.writeNNUNet()
            try $0.writeLabels("labelsTr/b.nii.gz", [])
        },
        FaultCase("a small shift", "labelsTr/b.nii.gz: lies up to 0.3 mm (0.3 voxels) elsewhere") {
            try $0.writeNNUNet()
            try $0.writeLabels(
                "labelsTr/b.nii.gz", affine: Affine(spacing: [1, 1, 2], origin: [0.3, 0, 0]))
        },
        FaultCase("a spacing unlike all others", "c: has a spacing of 1×1×7 mm (right") {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/c_0000.nii.gz", 1, affine: Affine(spacing: [1, 1, 7]))
            try $0.writeLabels("labelsTr/c.nii.gz", affine: Affine(spacing: [1, 1, 7]))
        },
        FaultCase("a slanted grid", "imagesTr/a_0000.nii.gz: has axes that meet at 63.43°") {
            try $0.writeNNUNet()
            let slanted = Affine(x: [1, 0, 0], y: [0.5, 1, 0], z: [0, 0, 2])
            try $0.writeImage("imagesTr/a_0000.nii.gz", 1, affine: slanted)
            try $0.writeLabels("labelsTr/a.nii.gz", affine: slanted)
        },
    ]

    @Test("warnings do not stop training", arguments: warnings)
    func warned(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            let check = DatasetCheck(contentsOf: small.path)
            fault.expect(check.faults)
            #expect(check.isSound)
        }
    }

    @Test("what readers remark on is a warning, one line for all files")
    func remarks() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let large = Affine(spacing: [40, 40, 40])
            for name in ["a", "b"] {
                try small.writeImage(
                    "imagesTr/\(name)_0000.nii.gz", name == "a" ? 0 : 10, affine: large)
                try small.writeLabels("labelsTr/\(name).nii.gz", affine: large)
            }
            let check = DatasetCheck(contentsOf: small.path)
            let warnings = check.faults.filter { $0.kind == "unlikelySpacing" }
            #expect(warnings.count == 4 && check.isSound)
            #expect(
                DatasetFault.summary(warnings) == [
                    "labelsTr/a.nii.gz: voxels of 40 × 40 × 40 mm: are the lengths of its header in another unit "
                        + "than mm? "
                        + "(and 3 more like it: imagesTr/a_0000.nii.gz, labelsTr/b.nii.gz, imagesTr/b_0000.nii.gz)"
                ])
            #expect(DatasetFault.summary([warnings[0]])[0].hasPrefix("labelsTr/a.nii.gz: voxels"))
        }
    }

    /// Spacing 1 × 1 × 2, with the first two axes running the other way over the same voxels.
    private static let reversed = Affine(
        x: [-1, 0, 0], y: [0, -1, 0], z: [0, 0, 2], origin: [5, 4, 0])

    @Test("a label map in another order of axes at the same place is the image's")
    func storedOtherwise() throws {
        try withDataset { small in
            try small.writeNNUNet(channels: 2)
            let plain = DatasetCheck(contentsOf: small.path)
            try small.writeLabels("labelsTr/a.nii.gz", reversing: true, affine: Self.reversed)
            let check = DatasetCheck(contentsOf: small.path)
            #expect(check.faults.isEmpty)
            #expect(check.fingerprint?.channels == plain.fingerprint?.channels)
        }
    }

    @Test("a file that holds an image in two channels is a copy of the other file alone")
    func copiesWithin() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeImage("imagesTr/a_0000.nii.gz", 77, channels: 2) { values in
                let half = values.count / 2
                values = Array(values[..<half] + values[..<half])
            }
            try small.writeImage("imagesTr/b_0000.nii.gz", 77)
            let faults = DatasetCheck(contentsOf: small.path).faults
            #expect(
                faults.filter { $0.kind == "duplicate" }.map(\.description) == [
                    "imagesTr/a_0000.nii.gz: holds the same image as imagesTr/b_0000.nii.gz: keep one, or training and "
                        + "test may share it"
                ])
        }
    }

    @Test("a header is to be copied only where that cannot mirror")
    func remedies() {
        let grid = Geometry(size: SmallDataset.size, affine: SmallDataset.affine)
        func words(_ affine: Affine, size: SIMD3<Int> = SmallDataset.size) -> String? {
            GridDifference(Geometry(size: size, affine: affine), expected: grid).map {
                "\($0): \($0.remedy(of: "label map", as: "image"))"
            }
        }
        var shifted = SmallDataset.affine
        shifted.origin = [3, 4, 0]
        #expect(words(shifted)?.contains("give it the header of the image") == true)
        var elsewhere = Self.reversed
        #expect(words(elsewhere) == nil)
        elsewhere.origin.x += 3
        #expect(
            words(elsewhere)
                == "is stored as LPS instead of RAS and lies up to 3 mm (3 voxels) elsewhere: resample "
                + "it to the grid of the image, or find the right file; the header of the image would "
                + "mirror or turn it")
        let turned = Affine(x: [0.8, 0.6, 0], y: [-0.6, 0.8, 0], z: [0, 0, 2])
        #expect(words(turned)?.hasPrefix("has axes in other directions and lies up to") == true)
        #expect(words(turned)?.contains("header") == false)
        let other = Affine(spacing: [1, 1, 1.9])
        #expect(words(other)?.contains("give it the header") == false)
        #expect(
            words(Affine(spacing: [1, 2, 1]), size: [6, 4, 5])
                == "has 6×4×5 voxels instead of 6×5×4: resample it to the grid of the image, or find "
                + "the right file")
    }

    @Test("an image in the place of a label map")
    func imageAsLabels() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeImage("labelsTr/b.nii.gz", 3)
            let faults = DatasetCheck(contentsOf: small.path).faults
            #expect(faults.map(\.kind) == ["notLabels"])
            #expect(faults[0].file == "labelsTr/b.nii.gz")
            #expect(
                faults[0].message.hasPrefix("looks like an image and not like labels: it has 101"))
        }
    }

    @Test("rounding in headers is no fault")
    func rounding() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeLabels(
                "labelsTr/b.nii.gz", affine: Affine(spacing: [1, 1.0005, 2], origin: [1e-4, 0, 0]))
            #expect(DatasetCheck(contentsOf: small.path).faults.isEmpty)
        }
    }

    @Test("faults of layout and images come together, and progress counts every case")
    func together() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.remove("labelsTr/a.nii.gz")
            try small.writeLabels("labelsTr/b.nii.gz", [9])
            let steps = Mutex(0)
            let check = DatasetCheck(contentsOf: small.path, threads: 3) { total in
                #expect(total == 2)
                steps.withLock { $0 += 1 }
            }
            #expect(check.faults.map(\.kind) == ["labelMissing", "unexpectedLabels"])
            #expect(steps.withLock { $0 } == 2)
        }
    }

    @Test("the result does not depend on threads")
    func threads() throws {
        try withDataset { small in
            try small.writeNNUNet(channels: 2)
            let one = DatasetCheck(contentsOf: small.path, threads: 1)
            #expect(DatasetCheck(contentsOf: small.path, threads: 8) == one)
        }
    }

    @Test("30 labels, and one")
    func labelCounts() throws {
        for count in [1, 30] {
            try withDataset { small in
                let names = (1...count).map { #""l\#($0)": \#($0)"# }.joined(separator: ", ")
                try small.writeNNUNet(labels: #"{"background": 0, \#(names)}"#)
                for name in SmallDataset.cases {
                    try small.writeLabels(
                        "labelsTr/\(name).nii.gz", (1...Int16(count)).map { $0 })
                }
                let check = DatasetCheck(contentsOf: small.path)
                #expect(check.isSound)
                #expect(check.fingerprint?.labels.count == count + 1)
            }
        }
    }
}
