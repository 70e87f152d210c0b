import Foundation
import TestSupport
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Operations with a gradient")
struct OperationTests {
    struct Expected: Decodable {
        var shape: [Int]
        var output: [Double]
        var gradients: [[Double]]
    }

    static let expected = Result {
        try fixture("operations.json", as: [String: Expected].self, in: .module)
    }

    @Test("float64 equals PyTorch, forward and backward", arguments: OperationCase.all)
    func equalsPyTorch(_ operation: OperationCase) throws {
        let expected = try #require(try Self.expected.get()[operation.name])
        let result = try differentiate(operation, operation.inputs())
        #expect(result.output.shape == expected.shape)
        #expect(relativeError(try result.output.values, expected.output) < 1e-12)
        for (gradient, expectedGradient) in zip(result.gradients, expected.gradients) {
            #expect(relativeError(try gradient.values, expectedGradient) < 1e-11)
        }
    }

    @Test("no case of the fixture is left out")
    func allCasesAreRun() throws {
        #expect(Set(try Self.expected.get().keys) == Set(OperationCase.all.map(\.name)))
    }

    /// Central differences of sum(output · seed) along every input element.
    @Test("float64 gradients equal finite differences", arguments: OperationCase.all)
    func equalsFiniteDifferences(_ operation: OperationCase) throws {
        let inputs = try operation.inputs()
        let result = try differentiate(operation, inputs)
        let step = 1e-5
        for (index, input) in inputs.enumerated() {
            let values = try input.values
            let differences = try values.indices.map { i in
                let sides = try [step, -step].map { change in
                    var changed = values
                    changed[i] += change
                    var others = inputs
                    others[index] = try Tensor(changed, shape: input.shape)
                    return try (operation.body(others) * seed(result.output.shape)).sum().item()
                }
                return (sides[0] - sides[1]) / (2 * step)
            }
            #expect(relativeError(try result.gradients[index].values, differences) < 1e-7)
        }
    }

    struct Variant: Sendable, CustomTestStringConvertible {
        var dtype: DType
        var format: MemoryFormat
        /// Relative to the largest element of the float64 result; bfloat16 has 8 bits, its sums are float32.
        var tolerance: Double
        var testDescription: String { "\(dtype) \(format)" }

        static let all = [
            Variant(dtype: .float32, format: .contiguous, tolerance: 1e-5),
            Variant(dtype: .float32, format: .channelsLast, tolerance: 1e-5),
            Variant(dtype: .bfloat16, format: .contiguous, tolerance: 2e-2),
            Variant(dtype: .bfloat16, format: .channelsLast, tolerance: 2e-2),
        ]
    }

    @Test(
        "float32 and bfloat16 equal float64 in both memory formats", arguments: OperationCase.all,
        Variant.all)
    func equalsFloat64(_ operation: OperationCase, _ variant: Variant) throws {
        // Rounded first, so that only the operation's own error counts.
        let rounded = try operation.inputs().map { try $0.cast(to: variant.dtype) }
        let exact = try differentiate(
            operation, rounded.map { try $0.cast(to: .float64) }, seedType: variant.dtype)
        let inputs = try rounded.map { input in
            input.rank == 5 ? try input.laidOut(in: variant.format) : input
        }
        let result = try differentiate(operation, inputs)
        #expect(result.output.dtype == variant.dtype)
        #expect(
            relativeError(try result.output.values, try exact.output.values) < variant.tolerance)
        for (gradient, exactGradient) in zip(result.gradients, exact.gradients) {
            #expect(
                relativeError(try gradient.values, try exactGradient.values) < variant.tolerance)
        }
    }

    private func seed(_ shape: [Int]) throws -> Tensor {
        try sines(shape, phase: 100)
    }

    /// The output, and the gradients of sum(output · seed) with the seed rounded to a type.
    private func differentiate(
        _ operation: OperationCase, _ inputs: [Tensor], seedType: DType = .float64
    ) throws -> (output: Tensor, gradients: [Tensor]) {
        let leaves = try inputs.map { try $0.copy() }
        for leaf in leaves { try leaf.setRequiresGradient(true) }
        let output = try operation.body(leaves)
        try output.backward(seed: seed(output.shape).cast(to: seedType).cast(to: output.dtype))
        return (output, try leaves.map { try #require(try $0.gradient) })
    }
}

/// sin(0.7 i + phase) + shift in row-major order, float64: the inputs of all fixtures.
func sines(_ shape: [Int], phase: Double, shift: Double = 0) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor((0..<count).map { sin(0.7 * Double($0) + phase) + shift }, shape: shape)
}

extension Tensor {
    /// All elements as `Double`, row-major.
    var values: [Double] {
        get throws { try detached().cast(to: .float64).array(of: Double.self) }
    }
}

/// The largest difference, relative to the largest expected magnitude.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    let scale = expected.map(abs).max() ?? 0
    let differences = zip(values, expected).map { abs($0 - $1) }
    guard differences.allSatisfy(\.isFinite) else { return .infinity }
    return (differences.max() ?? 0) / max(scale, 1e-6)
}
