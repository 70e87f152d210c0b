internal import CTorch

/// An array of numbers of any rank on a device, held by libtorch.
///
/// Operations throw ``TorchError``; one `try` covers an expression:
///
/// ```swift
/// let x = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// let y = try (x * 2 + 1).sum(over: [1])  // [2]
/// ```
///
/// A tensor belongs to the thread that works on it (see ``TensorActor``) and is not `Sendable`.
public final class Tensor {
    let handle: ct_tensor

    /// Takes over the reference that a function of the C interface returned: the only initializer of a tensor.
    init(owning handle: ct_tensor) {
        self.handle = handle
    }

    deinit {
        ct_tensor_release(handle)
    }
}

// MARK: - Properties

extension Tensor {
    /// Extents, outermost first: `[N, C, D, H, W]` for images.
    public var shape: [Int] {
        withExtendedLifetime(self) {
            let shape = ct_tensor_shape(handle)
            return UnsafeBufferPointer(start: shape.extents, count: shape.rank).map { Int($0) }
        }
    }

    /// Number of dimensions.
    public var rank: Int { withExtendedLifetime(self) { ct_tensor_shape(handle).rank } }

    /// Number of elements.
    public var count: Int { withExtendedLifetime(self) { Int(ct_tensor_count(handle)) } }

    public var dtype: DType {
        withExtendedLifetime(self) { DType(ct_tensor_dtype(handle)) }
    }

    public var device: Device {
        withExtendedLifetime(self) { Device(ct_tensor_device(handle)) }
    }

    /// True if the elements lie in memory in this order, without gaps.
    public func isLaidOut(in format: MemoryFormat) -> Bool {
        withExtendedLifetime(self) { ct_tensor_is_in_format(handle, format.code) }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String { "Tensor \(dtype) \(shape) on \(device)" }
}

// MARK: - Calls through the C interface

/// Makes a tensor by a function of the C interface.
func produce(
    _ body: (UnsafeMutablePointer<ct_tensor>) -> ct_status
) throws(TorchError) -> Tensor {
    var result = ct_tensor()
    try check(body(&result))
    return Tensor(owning: result)
}

extension Tensor {
    /// Makes a tensor from this one, which lives until the call has returned.
    func map(
        _ body: (ct_tensor, UnsafeMutablePointer<ct_tensor>) -> ct_status
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime(self) { () throws(TorchError) in
            try produce { body(handle, $0) }
        }
    }

    /// Makes a tensor from this one and others; the body receives "no tensor" for `nil`.
    func map(
        with others: Tensor?...,
        body: (ct_tensor, [ct_tensor], UnsafeMutablePointer<ct_tensor>) -> ct_status
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime((self, others)) { () throws(TorchError) in
            let handles = others.map { $0?.handle ?? ct_tensor() }
            return try produce { body(handle, handles, $0) }
        }
    }
}

/// Lends a shape to the C interface.
func withShape<Result>(_ extents: [Int], _ body: (ct_shape) -> Result) -> Result {
    extents.map(Int64.init).withUnsafeBufferPointer { buffer in
        body(ct_shape(extents: buffer.baseAddress, rank: buffer.count))
    }
}
