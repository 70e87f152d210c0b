import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

/// NRRD and MetaImage files of other projects' test suites, against what SimpleITK 2.5.7 reads: `Fixtures/itk.py`.
@Suite("NRRD and MetaImage files of others", .enabled(if: RealData.isHere))
struct ITKConformanceTests {
    struct Expectation: Decodable {
        var shape: [Int]
        var type: SampleType
        var spacing: [Double]
        var origin: [Double]
        /// Rows of a matrix, whose columns are where the axes lead.
        var direction: [Double]
        var minimum: Double
        var maximum: Double
        var sum: Double
    }

    /// Files that segnas3d refuses; SimpleITK refuses all of them too, but for three.
    static let refused: [String: ImageFault] = [
        "itk/BrainProtonDensitySliceBorder20DirectionPlus30.mhd":
            .partner(missing: "itk/BrainProtonDensitySliceBorder20.zraw"),
        "pynrrd/BallBinary30x30x30_byteskip_minus_five.nhdr":
            .header(.value(name: "byteskip", "-5")),
        "pynrrd/BallBinary30x30x30_bz2.nrrd": .header(.encoding("bzip2")),
        "pynrrd/test_simple4d_raw.nrrd": .surplus(expected: 338),
        "pynrrd/test1d_ascii.nrrd": .header(.encoding("ascii")),
        "pynrrd/test_customFields.nrrd": .header(.encoding("ascii")),
        // SimpleITK reads these: one written as text, and one with the NIfTI header as the first voxels.
        "pynrrd/test2d_ascii.nrrd": .header(.encoding("ascii")),
        "pynrrd/BallBinary30x30x30_nifti.nhdr": .surplus(expected: 54_000),
    ]

    static func expectations() throws -> [String: Expectation?] {
        try fixture("itk.json", in: .module)
    }

    @Test("Each file is read as SimpleITK reads it, or refused")
    func everyFile() throws {
        for (file, expected) in try Self.expectations().sorted(by: { $0.key < $1.key }) {
            let path = RealData.path("io-conformance/\(file)")
            if let fault = Self.refused[file] {
                do throws(ImageError) {
                    _ = try Volume(contentsOf: path)
                    Issue.record("\(file) is read")
                } catch {
                    #expect(fault.description.suffix(60) == error.fault.description.suffix(60))
                }
            } else {
                let expected = try #require(expected, "\(file) must be refused")
                compare(try Volume(contentsOf: path), expected, file)
            }
        }
    }

    private func compare(_ volume: Volume, _ expected: Expectation, _ file: String) {
        #expect(volume.shape == expected.shape, "\(file)")
        #expect(volume.samples.type == expected.type, "\(file)")
        let statistics = VolumeStatistics(volume)
        #expect(statistics.minimum == expected.minimum, "\(file)")
        #expect(statistics.maximum == expected.maximum, "\(file)")
        #expect(abs(statistics.sum - expected.sum) <= 1e-9 * abs(expected.sum), "\(file)")
        let axes = expected.shape.count
        for row in 0..<axes {
            let turn = row < 2 ? -1.0 : 1
            let rows = volume.affine.rows
            #expect(abs(rows[row][3] - turn * expected.origin[row]) < 1e-9, "\(file)")
            for axis in 0..<axes {
                let wanted = expected.direction[row * axes + axis] * expected.spacing[axis]
                #expect(abs(rows[row][axis] - turn * wanted) < 1e-6, "\(file)")
            }
        }
    }

    @Test("The same image as NRRD and as NIfTI is the same volume")
    func twins() throws {
        let nrrd = try Volume(contentsOf: RealData.path("io-conformance/niivue/FLAIR.nrrd"))
        let nifti = try Volume(contentsOf: RealData.path("io-conformance/niivue/FLAIR.nii.gz"))
        #expect(nrrd.shape == nifti.shape)
        #expect(nrrd.samples.array == nifti.samples.array)
        for (number, other) in zip(nrrd.affine.rows.joined(), nifti.affine.rows.joined()) {
            #expect(abs(number - other) < 1e-4)
        }
    }
}
