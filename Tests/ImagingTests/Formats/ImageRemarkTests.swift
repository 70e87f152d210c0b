import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("What is remarked on in headers")
struct ImageRemarkTests {
    /// A header of voxels of 2 × 3 × 4 mm along the axes of space, by its sform.
    private static func file(_ change: (inout NIfTIBytes) -> Void) -> NIfTIBytes {
        var file = NIfTIBytes()
        for axis in 0..<3 {
            file.put(Float(axis + 2), at: 80 + 4 * axis)
            for column in 0..<4 {
                file.put(Float(column == axis ? axis + 2 : 0), at: 280 + 16 * axis + 4 * column)
            }
        }
        change(&file)
        return file
    }

    private static func read(_ file: NIfTIBytes, name: String = "a.nii") throws -> ImageFile {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: name)
            try Data(file.bytes).write(to: path)
            return try ImageFile(contentsOf: path.path)
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var remarks: [ImageRemark]
        var spacing: SIMD3<Double> = [2, 3, 4]
        var change: @Sendable (inout NIfTIBytes) -> Void
    }

    /// Neither form counts, or only the qform, without rotation.
    private static func codes(_ file: inout NIfTIBytes, _ qform: Int16, _ sform: Int16) {
        file.put(qform, at: 252)
        file.put(sform, at: 254)
    }

    static let cases = [
        Case(testDescription: "nothing unusual", remarks: []) { _ in },
        Case(
            testDescription: "an sform without voxel sizes",
            remarks: [.spacingDiffers(pixdim: [2, 3, 4], sform: [1, 1, 1])], spacing: [1, 1, 1]
        ) { file in
            for axis in 0..<3 { file.put(1 as Float, at: 280 + 20 * axis) }
        },
        Case(testDescription: "pixdim rounded to four decimals", remarks: []) {
            $0.put(2.0004 as Float, at: 80)
        },
        Case(
            testDescription: "a negative pixdim",
            remarks: [.spacingDiffers(pixdim: [-2, 3, 4], sform: [2, 3, 4])]
        ) { $0.put(-2 as Float, at: 80) },
        Case(testDescription: "no codes", remarks: [.guessedPlace]) { codes(&$0, 0, 0) },
        Case(
            testDescription: "mm that are named metres",
            remarks: [.unit("m"), .unlikelySpacing([2000, 3000, 4000])],
            spacing: [2000, 3000, 4000]
        ) { $0.put(1 as UInt8, at: 123) },
        Case(
            testDescription: "metres that are named mm",
            remarks: [.unlikelySpacing([0.0009765625, 3, 4])], spacing: [0.0009765625, 3, 4]
        ) {
            $0.put(0.0009765625 as Float, at: 80)
            $0.put(0.0009765625 as Float, at: 280)
        },
        Case(testDescription: "a slope of NaN", remarks: [.unscaled]) {
            $0.put(Float.nan, at: 112)
            $0.put(Float.nan, at: 116)
        },
        Case(testDescription: "two axes with a thickness", remarks: [], spacing: [2, 3, 2.5]) {
            codes(&$0, 1, 0)
            $0.put(2 as Int16, at: 40)
            $0.put(12 as Int16, at: 44)
            $0.put(2.5 as Float, at: 88)
        },
        Case(testDescription: "two axes without one", remarks: [], spacing: [2, 3, 1]) {
            codes(&$0, 1, 0)
            $0.put(2 as Int16, at: 40)
            $0.put(12 as Int16, at: 44)
            $0.put(-1 as Float, at: 88)
        },
        Case(
            testDescription: "one slice without a thickness", remarks: [.unknownThickness],
            spacing: [2, 3, 1]
        ) {
            codes(&$0, 1, 0)
            $0.put(12 as Int16, at: 44)
            $0.put(1 as Int16, at: 46)
            $0.put(0 as Float, at: 88)
        },
    ]

    @Test(arguments: cases)
    func remarks(_ item: Case) throws {
        var file = Self.file(item.change)
        let image = try Self.read(file)
        #expect(image.remarks == item.remarks)
        #expect((image.volume.affine.spacing - item.spacing).length < 1e-6 * item.spacing.length)
        // Another order of bytes changes nothing.
        file.bytes = file.bigEndian
        #expect(try Self.read(file).remarks == item.remarks)
    }

    @Test("Analyze: negative voxel sizes count without their sign, and are reported")
    func analyze() throws {
        var file = Self.file { _ in }
        file.bytes.replaceSubrange(252..<348, with: [UInt8](repeating: 0, count: 96))
        file.put(-2 as Float, at: 80)
        file.put(1 as Float, at: 112)
        file.put(0 as Float, at: 108)
        let image = try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.hdr")
            try Data(file.bytes[..<348]).write(to: path)
            try Data(file.bytes[352...]).write(to: folder.appending(path: "a.img"))
            return try ImageFile(contentsOf: path.path)
        }
        // As nibabel 5.4.2 reads it: left, front and up, around the centre.
        #expect(image.volume.affine == Affine(spacing: [-2, 3, 4], origin: [1, -3, -6]))
        #expect(image.remarks == [.guessedPlace, .negativeSpacing([-2, 3, 4])])
        file.put(0 as Float, at: 80)
        #expect(throws: ImageFault.spacing(axis: 1, 0)) {
            try NIfTIHeader(Array(file.bytes[..<348])).layout()
        }
    }

    @Test("The words say which of two counts")
    func words() {
        #expect(
            ImageRemark.spacingDiffers(pixdim: [0.8657, 0.8657, 0.796], sform: [1, 1, 1]).message
                == "pixdim says voxels of 0.866 × 0.866 × 0.796 mm and the sform voxels of "
                + "1 × 1 × 1 mm; the sform is used, and other programs may use pixdim")
        #expect(
            ImageRemark.unlikelySpacing([0.001, 0.001, 0.003]).message
                == "voxels of 0.001 × 0.001 × 0.003 mm: are the lengths of its header in another "
                + "unit than mm?")
    }
}
