internal import CTorch

extension Tensor {
    /// True if gradients with respect to this tensor are recorded.
    public var requiresGradient: Bool {
        withExtendedLifetime(self) { ct_requires_grad(handle) }
    }

    public func setRequiresGradient(_ required: Bool) throws(TorchError) {
        try withExtendedLifetime(self) { () throws(TorchError) in
            try check(ct_set_requires_grad(handle, required))
        }
    }

    /// Adds the derivatives of this tensor to the gradients of every leaf that requires one.
    ///
    /// The seed is the derivative of the loss with respect to this tensor, of its shape; it may be left out for a
    /// tensor of one element, where it is 1.
    public func backward(seed: Tensor? = nil) throws(TorchError) {
        try withExtendedLifetime((self, seed)) { () throws(TorchError) in
            try check(ct_backward(handle, seed?.handle ?? ct_tensor()))
        }
    }

    /// The gradient that ``backward(seed:)`` has added up here since it was last cleared.
    public var gradient: Tensor? {
        get throws(TorchError) {
            var result = ct_tensor()
            try withExtendedLifetime(self) { () throws(TorchError) in
                try check(ct_gradient(handle, &result))
            }
            return result.impl == nil ? nil : Tensor(owning: result)
        }
    }

    public func clearGradient() throws(TorchError) {
        try withExtendedLifetime(self) { () throws(TorchError) in
            try check(ct_clear_gradient(handle))
        }
    }

    /// The same elements, detached from the operations that made them.
    public func detached() throws(TorchError) -> Tensor {
        try map { ct_detach($0, $1) }
    }
}

/// Runs a body whose operations are not recorded for gradients.
///
/// The state belongs to the thread: the body is synchronous, so that it cannot move to another one.
public func withoutGradients<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let before = ct_set_recording(false)
    defer { _ = ct_set_recording(before) }
    return try body()
}
