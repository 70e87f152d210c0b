import Foundation
import Testing

@testable import SegNASTorch

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
