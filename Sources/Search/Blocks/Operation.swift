/// What an edge of a block does: the paper's seven operations, numbered 0 to 6.
public enum Operation: Hashable, Sendable {
    case none
    /// A k×k×k convolution with a dilation, followed by batch normalization and ReLU.
    case conv(kernel: Int, dilation: Int)
    case skip
}

extension Operation: CaseIterable {
    /// In the order of their numbers.
    public static let allCases: [Operation] = [
        .none, .conv(kernel: 1, dilation: 1), .conv(kernel: 3, dilation: 1),
        .conv(kernel: 5, dilation: 1), .conv(kernel: 3, dilation: 2),
        .conv(kernel: 5, dilation: 2), .skip,
    ]

    static let numbers = 0...6

    /// The paper's number; a convolution that the paper does not list has none, and traps.
    public var number: Int {
        guard let number = Self.allCases.firstIndex(of: self) else {
            preconditionFailure("\(self) is not among the paper's operations")
        }
        return number
    }
}

extension Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .none: "none"
        case .conv(let kernel, let dilation): "Conv(\(kernel),\(dilation))"
        case .skip: "skip"
        }
    }
}
