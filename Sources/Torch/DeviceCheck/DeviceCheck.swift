/// The operations of networks, losses and optimizers as a device computes them, each compared with libtorch's own
/// operations in float64 on the CPU.
///
/// Results and all gradients are compared, for float32 and bfloat16.
public enum DeviceCheck {
    /// How one operation came out in one type.
    public struct Outcome: Hashable, Codable, Sendable {
        public var operation: String
        /// `float32` or `bfloat16`.
        public var type: String
        /// The largest relative error of a result or a gradient, in the norm of its elements; nil if it failed.
        public var error: Double?
        /// Why the operation failed; nil if it did not.
        public var failure: String?

        /// True if the error is what the type's rounding makes it.
        public var isRight: Bool {
            let tolerance = type == "\(DType.bfloat16)" ? 2e-2 : 1e-4
            return error.map { $0 <= tolerance } ?? false
        }
    }

    /// Computes every operation on a device.
    public static func run(on device: Device) -> [Outcome] {
        CheckedOperation.all.flatMap { operation in
            operation.types.map { outcome(of: operation, dtype: $0, on: device) }
        }
    }

    private static func outcome(
        of operation: CheckedOperation, dtype: DType, on device: Device
    ) -> Outcome {
        var outcome = Outcome(operation: operation.name, type: "\(dtype)")
        do throws(TorchError) {
            let found = try operation.results(of: dtype, in: dtype, on: device)
            let exact = try operation.results(of: dtype, in: .float64, on: .cpu)
            outcome.error = zip(found, exact).map(relativeError).max() ?? 0
        } catch {
            outcome.failure = error.description
        }
        return outcome
    }

    /// ‖values − expected‖ / ‖expected‖; not a number is as far off as can be.
    static func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
        var (difference, norm) = (0.0, Double.leastNormalMagnitude)
        for (value, exact) in zip(values, expected) {
            difference += (value - exact) * (value - exact)
            norm += exact * exact
        }
        let error = (difference / norm).squareRoot()
        return error.isNaN || values.count != expected.count ? .infinity : error
    }
}
