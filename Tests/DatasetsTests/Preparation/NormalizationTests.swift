import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Normalisation of intensities")
struct NormalizationTests {
    private static let intensities: [Int16] = [0, 10, 20, 30, 0, 40, -10, 0]

    /// The prepared intensities of an image of eight voxels, as a channel of that name.
    private func prepared(
        _ channel: String, _ samples: Samples = Samples(Self.intensities),
        known: ForegroundIntensities? = nil
    ) throws -> [Float] {
        try withTemporaryFolder { folder in
            let subject = try PreparationFiles(folder).subject(
                "case", image: samples, labels: Samples([UInt8](repeating: 1, count: 8)),
                .init(size: [2, 2, 2], affine: .identity))
            let preparation = try Preparation(
                .init(size: [2, 2, 2], fit: .pad), channels: [channel],
                labels: PreparationFiles.labels, intensities: known.map { [$0] })
            return try preparation.prepare(subject).prepared.image.array(Float.self)
        }
    }

    @Test("Z-scores of voxels that are not 0, which stay 0")
    func zScore() throws {
        let values = try prepared("T1")
        let nonZero: [Float] = [10, 20, 30, 40, -10]
        let deviation = (nonZero.map { ($0 - 18) * ($0 - 18) }.reduce(0, +) / 5).squareRoot()
        for (value, stored) in zip(values, Self.intensities) {
            #expect(abs(value - (stored == 0 ? 0 : (Float(stored) - 18) / deviation)) < 1e-6)
        }
    }

    @Test("CT by what its dataset's labelled voxels hold")
    func ct() throws {
        let known = ForegroundIntensities(
            mean: 20, standardDeviation: 10, lowerPercentile: 5, upperPercentile: 35)
        #expect(try prepared("ct", known: known) == [-1.5, -1, 0, 1, -1.5, 1.5, -1.5, -1.5])
        #expect(throws: PreparationFault.missingIntensities(channel: "CT")) {
            try prepared("CT")
        }
    }

    @Test("Other names of nnU-Net")
    func others() throws {
        #expect(try prepared("noNorm") == Self.intensities.map(Float.init))
        #expect(try prepared("rescale_to_0_1").min() == 0)
        #expect(try prepared("rescale_to_0_1").max() == 1)
    }

    @Test("An image of one value, or of zeros, becomes 0", arguments: [0, 7 as Int16])
    func constant(value: Int16) throws {
        let samples = Samples([Int16](repeating: value, count: 8))
        #expect(try prepared("T1", samples) == [Float](repeating: 0, count: 8))
        #expect(try prepared("rescale_to_0_1", samples) == [Float](repeating: 0, count: 8))
    }

    @Test("Large values that differ little keep their digits")
    func digits() throws {
        let values = try prepared("T1", Samples((0..<8).map { 1e9 + Double($0) }))
        for (index, value) in values.enumerated() {
            #expect(abs(value - (Float(index) - 3.5) / Float(5.25).squareRoot()) < 1e-5)
        }
    }

    @Test(
        "What is no number is refused",
        arguments: [Double.nan, .infinity, 1e39])
    func invalid(value: Double) throws {
        var samples = [Double](repeating: 1, count: 8)
        samples[5] = value
        #expect {
            try prepared("T1", Samples(samples))
        } throws: { error in
            guard let error = error as? PreparationError,
                case .notFinite(let file, let voxels) = error.fault
            else { return false }
            return voxels == 1 && "\(error)".contains("case case: \(file) has 1 voxels")
        }
    }
}
