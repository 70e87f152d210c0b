/// Numbers that operations need on every device, such as weights of classes.
///
/// They are copied to a GPU once rather than for every step.
public final class DeviceConstant {
    private let numbers: [Double]
    private let shape: [Int]
    private var copies: [Device: Tensor] = [:]

    /// Row-major numbers of a shape.
    public init(_ numbers: [Double], shape: [Int]) {
        precondition(numbers.count == shape.reduce(1, *), "\(numbers.count) numbers of \(shape)")
        self.numbers = numbers
        self.shape = shape
    }

    /// A row of numbers.
    public convenience init(_ numbers: [Double]) {
        self.init(numbers, shape: [numbers.count])
    }

    /// The numbers on a device, float64; to be read only.
    public func on(_ device: Device) throws(TorchError) -> Tensor {
        if let copy = copies[device] { return copy }
        let copy = try Tensor(numbers, shape: shape).moved(to: device)
        if device.isGPU { copies[device] = copy }
        return copy
    }
}
