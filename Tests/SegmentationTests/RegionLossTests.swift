import Foundation
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Losses of regions")
struct RegionLossTests {
    struct Expected: Decodable {
        var regions: [[UInt8]]
        var scale: Double
        var labels: [UInt8]
        var frequencies: [Double]
        var exponentialLogarithmic: LossTests.Expected.Result
        var diceCrossEntropy: LossTests.Expected.Result

        enum CodingKeys: String, CodingKey {
            case regions, scale, labels, frequencies
            case exponentialLogarithmic = "exponential-logarithmic"
            case diceCrossEntropy = "dice-cross-entropy"
        }

        func result(_ function: LossFunction) -> LossTests.Expected.Result {
            switch function {
            case .exponentialLogarithmic: exponentialLogarithmic
            case .diceCrossEntropy: diceCrossEntropy
            }
        }
    }

    private static let shape = [2, 3, 5, 7]

    @Test("equal PyTorch in float32 and float64", arguments: LossFunction.allCases)
    func equalsPyTorch(_ function: LossFunction) throws {
        let cases = try fixture("region-losses.json", as: [String: Expected].self, in: .module)
        #expect(cases.count == 7)
        for (name, expected) in cases {
            try LossTests.expect(expected.result(function), named: name, tolerance: 2e-5) {
                try evaluate(expected, function, $0, $1)
            }
        }
    }

    private func evaluate(
        _ expected: Expected, _ function: LossFunction, _ dtype: DType, _ format: MemoryFormat
    ) throws -> (value: Double, gradient: [Double]) {
        let shape = [Self.shape[0], expected.regions.count] + Self.shape[1...]
        let count = shape.reduce(1, *)
        let scores = try Tensor(
            (0..<count).map { expected.scale * sin(0.7 * Double($0)) }, shape: shape
        ).cast(to: dtype).laidOut(in: format)
        try scores.setRequiresGradient(true)
        let labels = try Tensor(expected.labels, shape: Self.shape)
        let loss = Loss(
            function, labelFrequencies: expected.frequencies, regions: expected.regions)
        let value = try loss(scores, labels: labels)
        try value.backward()
        let gradient = try #require(try scores.gradient).laidOut(in: .contiguous)
        return (try value.item(), try gradient.cast(to: .float64).array())
    }

    @Test("of one region is that of two labels with the scores 0 and s")
    func twoLabels() throws {
        let count = Self.shape.reduce(1, *)
        let values = (0..<count).map { 3 * sin(0.7 * Double($0)) }
        let labels = try Tensor(
            (0..<count).map { UInt8($0 % 7 == 2 ? 255 : $0 % 11 < 4 ? 1 : 0) }, shape: Self.shape)
        let score = try Tensor(values, shape: [2, 1, 3, 5, 7])
        let pair = try Tensor.concatenated([score * 0.0, score], along: 1)
        let region = Loss(
            .exponentialLogarithmic, labelFrequencies: [5, 2], regions: [[1]])
        let classes = Loss(.exponentialLogarithmic, labelFrequencies: [5, 2])
        let expected = try classes(pair, labels: labels).item()
        #expect(abs(try region(score, labels: labels).item() - expected) < 1e-12)
    }

    @Test("gradients stay finite at certainty, and ignored voxels have none")
    func extremes() throws {
        for function in LossFunction.allCases {
            let labels = try Tensor([0, 1, 2, 255] as [UInt8], shape: [1, 4, 1, 1])
            let scores = try Tensor(
                [-200, 200, 200, 50, 200, -200, 200, -90] as [Float], shape: [1, 2, 4, 1, 1])
            try scores.setRequiresGradient(true)
            let loss = Loss(function, labelFrequencies: [2, 1, 0], regions: [[1, 2], [2]])
            let value = try loss(scores, labels: labels)
            try value.backward()
            #expect(try value.item().isFinite)
            let found = try #require(try scores.gradient)
            let gradient: [Float] = try found.array()
            let areFinite = gradient.allSatisfy { $0.isFinite }
            #expect(areFinite)
            #expect(gradient[3] == 0 && gradient[7] == 0)
        }
    }

    @Test(
        "deep supervision takes the targets of each level from its labels",
        arguments: LossFunction.allCases)
    func levels(_ function: LossFunction) throws {
        let shape = [2, 4, 6, 4]
        let labels = try Tensor((0..<192).map { UInt8($0 / 5 % 4) }, shape: shape)
        func scores(_ shape: [Int]) throws -> Tensor {
            let count = shape.reduce(1, *)
            return try Tensor((0..<count).map { Float(sin(0.7 * Double($0))) }, shape: shape)
        }
        let loss = Loss(
            function, labelFrequencies: [9, 3, 2, 1], regions: [[1, 2, 3], [2, 3], [3]])
        let (full, low) = (try scores([2, 3, 4, 6, 4]), try scores([2, 3, 2, 3, 2]))
        let lowLabels = try ShardedTensor(labels).every(Extent(xyz: [2, 2, 2])).first
        #expect(lowLabels.shape == [2, 2, 3, 2])
        let sum = try loss([
            SupervisedScores(
                scores: ShardedTensor(full), labels: ShardedTensor(labels), weight: 0.75),
            SupervisedScores(
                scores: ShardedTensor(low), labels: ShardedTensor(lowLabels), weight: 0.25),
        ]).item()
        let parts = (
            try loss(full, labels: labels).item(), try loss(low, labels: lowLabels).item()
        )
        #expect(abs(sum - (0.75 * parts.0 + 0.25 * parts.1)) < 1e-6)
        // The low level alone, by a voxel of each box.
        #expect(try lowLabels.array(of: UInt8.self)[0] == labels.array(of: UInt8.self)[29])
    }

    @Test("labels of no class are refused")
    func labels() throws {
        let loss = Loss(.diceCrossEntropy, labelFrequencies: [1, 1], regions: [[1]])
        let labels = try Tensor([0, 2] as [UInt8], shape: [1, 2, 1, 1])
        #expect(throws: TorchError.self) {
            try loss(.zeros([1, 1, 2, 1, 1]), labels: labels)
        }
    }
}
