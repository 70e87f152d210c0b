import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

/// Files of other projects' test suites, against what nibabel 5.4.2 reads of them.
@Suite(.enabled(if: RealData.isHere))
struct ConformanceTests {
    /// The entry of a file in `expected.json`.
    struct Expectation: Decodable {
        var error: String?
        var shape: [Int]?
        var storedType: StoredType?
        var affine: [[Double]]?
        var axisCodes: String?
        var slope: Double?
        var intercept: Double?
        var sum: Double?
        var minimum: Double?
        var maximum: Double?
        var centreIndex: [Int]?
        var centreValue: Double?
        var first: Double?

        enum CodingKeys: String, CodingKey {
            case error, shape, affine, slope, sum, first
            case storedType = "on_disk_dtype"
            case axisCodes = "axcodes"
            case intercept = "inter"
            case minimum = "min"
            case maximum = "max"
            case centreIndex = "center_index"
            case centreValue = "center_value"
        }
    }

    /// NumPy's name of a type; colours are structures, of which no name is needed.
    struct StoredType: Decodable {
        var name: String?

        init(from decoder: any Decoder) throws {
            name = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    static func expectations() throws -> [String: Expectation] {
        let data = try Data(
            contentsOf: URL(filePath: RealData.path("io-conformance/expected.json")))
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true  // Python writes NaN as such
        return try decoder.decode([String: Expectation].self, from: data)
    }

    /// Files that nibabel reads and segnas3d refuses, because no network learns from their samples.
    static let refused: [String: ImageFault] = [
        "nifti-rs/complex/complex32.nii": .sampleKind("complex64"),
        "nifti-rs/complex/complex64.nii": .sampleKind("complex128"),
        "nifti-rs/rgb/3D.nii": .sampleKind("RGB colour"),
        "nifti-rs/rgb/4D.nii": .sampleKind("RGB colour"),
        "nifti-rs/rgba/4D.nii": .sampleKind("RGBA colour"),
        "niivue/complex.nii.gz": .sampleKind("complex64"),
        "niivue/complex_image.nii.gz": .sampleKind("complex64"),
    ]

    /// The faults of the files that nibabel refuses too.
    static let broken: [String: ImageFault] = [
        "nibabel/analyze.hdr": .partner(missing: "nibabel/analyze.img"),
        "nibabel/nifti1.hdr": .partner(missing: "nibabel/nifti1.img"),
        "nibabel/nifti2.hdr": .partner(missing: "nibabel/nifti2.img"),
        "nifti-rs/minimal2.hdr": .partner(missing: "nifti-rs/minimal2.img"),
        "nibabel/row_major.dconn.nii": .cifti,
        "niivue/fs_LR.32k.LR.curvature.dscalar.nii": .cifti,
        "nifti-reader-js/not-nifti.nii": .unknownFormat,
        "nifti-rs/fuzz_artifacts/crash-1.nii": .unknownFormat,
        "nifti-rs/fuzz_artifacts/crash-ed7d46344d7efb3b9f0c374d66d2e02f66cc447d.nii":
            .unknownFormat,
    ]

    @Test("Each file is read as nibabel reads it, or refused")
    func everyFile() throws {
        for (file, expected) in try Self.expectations().sorted(by: { $0.key < $1.key }) {
            let path = RealData.path("io-conformance/\(file)")
            if var fault = Self.refused[file] ?? Self.broken[file] {
                if case .partner(let missing) = fault {
                    fault = .partner(missing: RealData.path("io-conformance/\(missing)"))
                }
                #expect(throws: ImageError(file: path, fault: fault)) {
                    try Volume(contentsOf: path)
                }
            } else {
                try #require(expected.error == nil, "\(file) must be refused")
                compare(try Volume(contentsOf: path), expected, file)
            }
        }
    }

    private func compare(_ volume: Volume, _ expected: Expectation, _ file: String) {
        let type = expected.storedType?.name?.replacing(">i2", with: "int16")
            .replacing(">f4", with: "float32")
        #expect(volume.shape == expected.shape, "\(file)")
        #expect(volume.samples.type.rawValue == type, "\(file)")
        #expect("\(Orientation(volume.affine))" == expected.axisCodes, "\(file)")
        let affine = (expected.affine ?? []).joined()
        for (number, wanted) in zip(volume.affine.rows.joined(), affine) {
            #expect(abs(number - wanted) < 1e-5, "\(file)")
        }
        let statistics = VolumeStatistics(volume)
        close(statistics.sum, expected.sum, "\(file) sum")
        close(statistics.minimum, expected.minimum, "\(file) minimum")
        close(statistics.maximum, expected.maximum, "\(file) maximum")
        close(volume.scaling.slope, expected.slope ?? 1, "\(file) slope")
        close(volume.scaling.intercept, expected.intercept ?? 0, "\(file) intercept")
        close(
            value(of: volume, at: expected.centreIndex ?? []), expected.centreValue,
            "\(file) centre")
        close(
            value(of: volume, at: volume.shape.map { _ in 0 }), expected.first, "\(file) first")
    }

    private func close(_ value: Double?, _ expected: Double?, _ comment: Comment) {
        guard let value, let expected else {
            #expect(value == nil && (expected == nil || expected?.isNaN == true), comment)
            return
        }
        #expect(abs(value - expected) <= 1e-6 * abs(expected), comment)
    }

    private func value(of volume: Volume, at index: [Int]) -> Double? {
        guard index.count == volume.shape.count else { return nil }
        let offset = zip(index, volume.shape).reversed().reduce(0) { $0 * $1.1 + $1.0 }
        let raw = VolumeStatistics(
            Volume(shape: [1], affine: .identity, samples: volume.samples.part(offset)))
        return raw.minimum.map { volume.scaling.slope * $0 + volume.scaling.intercept }
    }
}
